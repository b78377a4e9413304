/* places: the mutator's slips of place and of omission. Another index, a loop that begins or ends
 * one too far, a size in place of its neighbour; a term, a factor or a whole statement that was
 * lost. */
#include "bugs.h"

#include <string.h>

enum { VARIABLES_MAX = 40 };

static int length_of(const Source *source, int i)
{
    return (int)(source->tokens[i].end - source->tokens[i].begin);
}

static const char *text_of(const Source *source, int i)
{
    return source->text + source->tokens[i].begin;
}

/* ---- indices --------------------------------------------------------------------------------- */
static bool is_declaration(int i, const Variable *found, int count)
{
    for (int k = 0; k < count; k++)
        if (found[k].name == i)
            return true;
    return false;
}

/* A size_t variable becomes its neighbours among those in scope. In a loop's header only what the
 * variable is compared with may change: i itself there would make loops that never end. */
static void mutate_index(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    Variable found[VARIABLES_MAX];
    int count = variables_at(source, mutator->function, i, found, VARIABLES_MAX), own = -1;
    bool member = token_is(source, i - 1, ".") || token_is(source, i - 1, "->");
    int header = source->tokens[i].header;
    if (member || header == HEADER_STEP || is_declaration(i, found, count) ||
        token_is(source, i + 1, "=") || token_is(source, i + 1, "+="))
        return;
    if (header == HEADER_BOUND && (token_is(source, i + 1, "<") || token_is(source, i + 1, "<=")))
        return;
    for (int k = 0; k < count; k++)
        if (token_same(source, found[k].name, i))
            own = k;
    for (int step = 1; own >= 0 && step < count && step <= 2; step++) {
        int k = step == 1 ? (own + 1) % count : (own + count - 1) % count;
        mutant_add(mutator, "index", false, i, i + 1, "%.*s", length_of(source, found[k].name),
                   text_of(source, found[k].name));
    }
}

/* A struct's size becomes the one that is declared next to it: z.t becomes z.s. */
static void mutate_member(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    const int *members = source->members;
    bool own = token_is(source, i - 1, ".") || token_is(source, i - 1, "->");
    if (source->tokens[i].header == HEADER_STEP || !own || token_is(source, i - 2, "shape"))
        return;
    for (int k = 0; k < source->n_members; k++) {
        if (members[k] < 0 || !token_same(source, members[k], i))
            continue;
        int after = members[k + 1], before = k > 0 ? members[k - 1] : -1;
        if (after >= 0)
            mutant_add(mutator, "member", false, i, i + 1, "%.*s", length_of(source, after),
                       text_of(source, after));
        if (before >= 0)
            mutant_add(mutator, "member", false, i, i + 1, "%.*s", length_of(source, before),
                       text_of(source, before));
        return;
    }
}

/* ---- loops ----------------------------------------------------------------------------------- */
/* Begins one later; ends one earlier, or one stride earlier where the loop strides. */
static void mutate_loop(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (!token_is(source, i, "for"))
        return;
    int start = i + 2, bound, step;
    bool counts_up = false;
    for (bound = start; !token_is(source, bound, ";");)
        bound++;
    for (step = bound + 1; !token_is(source, step, ";"); step++)
        counts_up = counts_up || token_is(source, step, "<");
    if (!counts_up && !token_is(source, bound + 2, "<="))
        return;
    for (int k = start; k < bound; k++)
        if (token_is(source, k, "="))
            mutant_add(mutator, "start", false, k + 1, k + 2, "%.*s + 1", length_of(source, k + 1),
                       text_of(source, k + 1));
    if (!counts_up) /* one less than a <= is what "compare" makes of it */
        return;
    int stride = token_is(source, step + 2, "+=") ? step + 3 : -1;
    mutant_add(mutator, "bound", false, step - 1, step, "%.*s - %.*s", length_of(source, step - 1),
               text_of(source, step - 1), stride < 0 ? 1 : length_of(source, stride),
               stride < 0 ? "1" : text_of(source, stride));
}

/* ---- what is lost ---------------------------------------------------------------------------- */
static bool ends_term(const Source *source, int i)
{
    static const char *const marks[] = {",",  ";",  ")",  "]",  "?",  ":",  "<", ">",
                                        "<=", ">=", "==", "!=", "&&", "||", NULL};
    for (const char *const *mark = marks; *mark != NULL; mark++)
        if (token_is(source, i, *mark))
            return true;
    return token_is_binary(source, i) && (token_is(source, i, "+") || token_is(source, i, "-"));
}

/* a - b becomes a. */
static void mutate_term(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (!token_is_binary(source, i) || (!token_is(source, i, "+") && !token_is(source, i, "-")))
        return;
    int end = i + 1;
    while (!ends_term(source, end))
        end = source->tokens[end].partner > end ? source->tokens[end].partner + 1 : end + 1;
    mutant_add(mutator, "term", false, i, end, "%s", "");
}

/* a * b becomes a, and b; a / b becomes a. */
static void mutate_factor(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    bool times = token_is(source, i, "*");
    if (!token_is_binary(source, i) || (!times && !token_is(source, i, "/")))
        return;
    mutant_add(mutator, "factor", false, i, operand_end(source, i + 1), "%s", "");
    int begin = operand_begin(source, i - 1);
    bool cast = token_is(source, begin - 1, ")") &&
                token_is_cast(source, source->tokens[begin - 1].partner);
    if (times && !cast)
        mutant_add(mutator, "factor", false, begin, i + 1, "%s", "");
}

/* A statement that calls, or that changes what is there, is not made. */
static void mutate_statement(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    bool begins = token_is(source, i - 1, ";") || token_is(source, i - 1, "{") ||
                  token_is(source, i - 1, "}") || token_is(source, i - 1, ")") ||
                  token_is(source, i - 1, "else");
    bool calls = token_is(source, i + 1, "(");
    bool in_literal = token_is(source, i - 1, "{") && i - 1 != mutator->function->begin &&
                      token_is(source, i - 2, ")") && token_is_type(source, i - 3);
    if (source->tokens[i].header != HEADER_NONE || !begins || in_literal ||
        token_is_type(source, i) ||
        (token_is(source, i - 1, ")") && token_is_cast(source, source->tokens[i - 1].partner)))
        return;
    /* What is no statement that computes: control, contracts, memory given back; a gradient not
     * written at all is too plain a slip. */
    static const char *const others[] = {"for",
                                         "if",
                                         "while",
                                         "grad_put",
                                         "require",
                                         "shape_mismatch",
                                         "broken_contract",
                                         "tape_release",
                                         "value_release",
                                         NULL};
    for (const char *const *other = others; calls && *other != NULL; other++)
        if (token_is(source, i, *other))
            return;
    int end = statement_end(source, i);
    bool changes = false;
    for (int k = i; k < end; k++)
        changes = changes || token_is(source, k, "*=") || token_is(source, k, "/=") ||
                  token_is(source, k, "+=") || token_is(source, k, "-=");
    if (calls || changes)
        mutant_add(mutator, "drop", false, i, end, "%s", "");
}

void mutate_places(Mutator *mutator, int i)
{
    const Source *source = mutator->source;
    if (source->tokens[i].kind == NAME) {
        mutate_index(mutator, i);
        mutate_member(mutator, i);
        mutate_statement(mutator, i);
    }
    mutate_loop(mutator, i);
    if (source->tokens[i].header == HEADER_NONE) {
        mutate_term(mutator, i);
        mutate_factor(mutator, i);
    }
}
