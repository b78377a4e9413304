/* paper_keywords: what each line of a paper problem says. One table, at the end, has for each
 * keyword what it does to the part being read. A part is checked when the next one begins, so that
 * an exercise that was read can be judged. */
#include "paper_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static Error fail(const Reader *reader, const char *expected, const char *found)
{
    return error_make("%s:%zu: expected %s, found \"%.100s\"", reader->path, reader->line, expected,
                      found);
}

/* ---- pieces of text -------------------------------------------------------------------------- */
static char *keep(Reader *reader, const char *text, size_t length)
{
    char *copy = arena_alloc(&reader->paper->arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

static char *keep_text(Reader *reader, const char *text)
{
    return keep(reader, text, strlen(text));
}

static Error keep_formula(Reader *reader, const char *text, const Formula **formula)
{
    Formula *parsed = arena_alloc(&reader->paper->arena, sizeof *parsed);
    FormulaError error = formula_parse(parsed, text);
    *formula = parsed;
    if (!error.error.failed)
        return no_error();
    return error_make("%s:%zu: %.100s: at character %d: %.200s", reader->path, reader->line, text,
                      error.at + 1, error.error.text);
}

/* The name at the front of the text, and what stands behind it and its spaces. */
static const char *take_name(const char *text, char name[NAME_LENGTH + 1])
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    snprintf(name, NAME_LENGTH + 1, "%.*s", (int)(length > NAME_LENGTH ? 0 : length), text);
    return text + length + strspn(text + length, " ");
}

/* ---- whole parts ----------------------------------------------------------------------------- */
PaperPart *part_add(Reader *reader, const PaperPart *like)
{
    Paper *paper = reader->paper;
    if (paper->count == paper->room) {
        paper->room = paper->room * 2 + 4;
        paper->parts = memory_realloc(paper->parts, paper->room * sizeof *paper->parts);
    }
    paper->parts[paper->count] = *like;
    reader->part = &paper->parts[paper->count++];
    reader->part->path = reader->path;
    reader->part->line = reader->line;
    return reader->part;
}

static bool has_choice(const PaperPart *part, const char *text)
{
    for (int i = 0; i < part->choice_count; i++)
        if (strcmp(part->choices[i], text) == 0)
            return true;
    return false;
}

static Error check_answer(Reader *reader, const PaperPart *part, const char *answer)
{
    const Formula *formula;
    if (part->kind != PART_CHOICE)
        return keep_formula(reader, answer, &formula);
    return has_choice(part, answer) ? no_error() : fail(reader, "one of the choices", answer);
}

static bool can_be_along(const PaperPart *part)
{
    for (int i = 0; i < part->statement_count; i++)
        if (strcmp(part->statements[i].name, part->along) == 0)
            return part->statements[i].kind == GIVEN_NORMAL ||
                   part->statements[i].kind == GIVEN_POSITIVE;
    return false;
}

static Error check_formula(Reader *reader, const PaperPart *part)
{
    if (part->target < 0)
        return fail(reader, "a forward or a value, for a formula to be judged by", part->name);
    bool forward = part->statements[part->target].kind == FORWARD;
    if (forward && !can_be_along(part))
        return fail(reader, "along with the name of a given", part->along);
    if (!forward && part->along[0] != '\0')
        return fail(reader, "no along for a value", part->along);
    return no_error();
}

Error part_check(Reader *reader)
{
    const PaperPart *part = reader->part;
    if (part == NULL)
        return no_error();
    reader->line = part->line;
    if (part->right == NULL)
        return fail(reader, part->kind == PART_NUMBER ? "a number" : "a right answer", part->name);
    if (!reader->lesson && part->ask[0] == '\0')
        return fail(reader, "a question, after ask", part->name);
    Error error = check_answer(reader, part, part->right);
    if (!error.failed && part->kind == PART_FORMULA)
        error = check_formula(reader, part);
    for (int i = 0; !error.failed && i < part->slip_count; i++) {
        reader->line = part->slips[i].line;
        error = check_answer(reader, part, part->slips[i].answer);
        if (!error.failed && !reader->lesson && part->slips[i].asks == NULL)
            error = fail(reader, "asks after wrong", part->slips[i].answer);
    }
    return error;
}

/* In a lesson what comes after a right answer begins another part, with what stood above. */
static Error begin_again(Reader *reader)
{
    Error error = no_error();
    if (reader->lesson && reader->part->right != NULL) {
        size_t line = reader->line;
        error = part_check(reader);
        reader->line = line;
        PaperPart like = *reader->part;
        like.right = NULL;
        like.slip_count = 0;
        part_add(reader, &like);
    }
    return error;
}

/* ---- keywords -------------------------------------------------------------------------------- */
static Error read_part(Reader *reader, const char *text)
{
    size_t line = reader->line;
    Error error = part_check(reader);
    reader->line = line;
    if (error.failed)
        return error;
    if (!name_is_fit(text))
        return fail(reader, "a name of letters, digits and _", text);
    for (size_t i = 0; i < reader->paper->count; i++)
        if (strcmp(reader->paper->parts[i].name, text) == 0)
            return fail(reader, "a part's name that is new", text);
    PaperPart part = {.kind = PART_FORMULA, .ask = "", .target = -1};
    snprintf(part.name, sizeof part.name, "%s", text);
    part_add(reader, &part);
    return no_error();
}

static Error read_ask(Reader *reader, const char *text)
{
    reader->part->ask = keep_text(reader, text);
    return no_error();
}

static Error read_number(Reader *reader, const char *text)
{
    const char *within = strstr(text, " within ");
    size_t length = within == NULL ? strlen(text) : (size_t)(within - text);
    char *end = "";
    if (within != NULL) {
        reader->part->within = strtod(within + 8, &end);
        if (*end != '\0' || !(reader->part->within > 0 && reader->part->within < 1))
            return fail(reader, "a relative tolerance between 0 and 1 after within", within + 8);
    }
    reader->part->kind = PART_NUMBER;
    reader->part->right = keep(reader, text, length);
    return no_error();
}

static Error read_choice(Reader *reader, const char *text)
{
    if (reader->part->choice_count == PART_CHOICES)
        return fail(reader, "fewer choices", text);
    reader->part->kind = PART_CHOICE;
    reader->part->choices[reader->part->choice_count++] = keep_text(reader, text);
    return no_error();
}

static Error read_right(Reader *reader, const char *text)
{
    Error error = begin_again(reader);
    if (error.failed)
        return error;
    if (reader->part->right != NULL)
        return fail(reader, "one right answer", text);
    reader->part->right = keep_text(reader, text);
    reader->part->line = reader->lesson ? reader->line : reader->part->line;
    return no_error();
}

static Error read_wrong(Reader *reader, const char *text)
{
    if (reader->part->slip_count == PART_SLIPS)
        return fail(reader, "fewer wrong answers", text);
    reader->part->slips[reader->part->slip_count++] =
        (PaperSlip){keep_text(reader, text), NULL, reader->line};
    return no_error();
}

static Error read_asks(Reader *reader, const char *text)
{
    PaperPart *part = reader->part;
    if (part->slip_count == 0 || part->slips[part->slip_count - 1].asks != NULL)
        return fail(reader, "asks after a wrong answer", text);
    part->slips[part->slip_count - 1].asks = keep_text(reader, text);
    return no_error();
}

/* Room for one more statement; its name must be free. */
static Error statement_add(Reader *reader, const char *name, Statement **statement)
{
    PaperPart *part = reader->part;
    Error error = begin_again(reader);
    part = reader->part;
    if (error.failed)
        return error;
    if (part->statement_count == PART_STATEMENTS)
        return fail(reader, "fewer statements", name);
    if (name[0] != '\0' && (!name_is_fit(name) || function_is_known(name)))
        return fail(reader, "a name that is no function's", name);
    for (int i = 0; i < part->statement_count; i++)
        if (name[0] != '\0' && strcmp(part->statements[i].name, name) == 0)
            return fail(reader, "a name that is new", name);
    *statement = &part->statements[part->statement_count++];
    **statement = (Statement){.line = reader->line};
    snprintf((*statement)->name, sizeof(*statement)->name, "%s", name);
    return no_error();
}

/* "(3,5)" at the front of *text, if there is one. */
static bool read_shape(const char **text, Array *shape)
{
    *shape = (Array){0};
    if (**text != '(')
        return true;
    do {
        char *end;
        (*text)++;
        long length =
            isdigit((unsigned char)(*text)[strspn(*text, " ")]) ? strtol(*text, &end, 10) : 0;
        if (length < 1 || length > 64 || shape->rank == ARRAY_RANK)
            return false;
        shape->shape[shape->rank++] = (size_t)length;
        *text = end + strspn(end, " ");
    } while (**text == ',');
    return *(*text)++ == ')' && array_size(shape) <= 256;
}

static Error read_given(Reader *reader, const char *text)
{
    char name[NAME_LENGTH + 1];
    Statement *given;
    const char *rest = take_name(text, name);
    Error error = statement_add(reader, name, &given);
    if (error.failed)
        return error;
    if (name[0] == '\0' || !read_shape(&rest, &given->shape))
        return fail(reader, "a name and its shape, as in x or x(3,5), of at most 256 numbers",
                    text);
    rest += strspn(rest, " ");
    if (strcmp(rest, "positive") == 0) {
        given->kind = GIVEN_POSITIVE;
    } else if (strncmp(rest, "below ", 6) == 0) {
        char *end;
        given->kind = GIVEN_BELOW;
        given->below = strtod(rest + 6, &end);
        if (*end != '\0' || !(given->below >= 1 && given->below <= 1e6) ||
            given->below != floor(given->below))
            return fail(reader, "a whole number after below", rest + 6);
    } else if (*rest != '\0') {
        return fail(reader, "positive, below N, or nothing", rest);
    }
    return no_error();
}

/* NAME = EXPRESSION; where the name `may_lack`, EXPRESSION alone too. */
static Error read_definition(Reader *reader, StatementKind kind, bool may_lack, const char *text)
{
    char name[NAME_LENGTH + 1];
    const char *rest = take_name(text, name);
    bool named = name[0] != '\0' && rest[0] == '=' && rest[1] != '=';
    if (!named && !may_lack)
        return fail(reader, "NAME = EXPRESSION", text);
    Statement *statement;
    Error error = statement_add(reader, named ? name : "", &statement);
    if (error.failed)
        return error;
    statement->kind = kind;
    rest = named ? rest + 1 + strspn(rest + 1, " ") : text;
    return keep_formula(reader, rest, &statement->formula);
}

static Error read_let(Reader *reader, const char *text)
{
    return read_definition(reader, LET, false, text);
}

static Error read_target(Reader *reader, StatementKind kind, const char *text)
{
    if (!reader->lesson && reader->part->target >= 0)
        return fail(reader, "one forward or value", text);
    Error error = read_definition(reader, kind, true, text);
    reader->part->target = reader->part->statement_count - 1;
    reader->part->along[0] = '\0';
    if (reader->lesson)
        strcpy(reader->part->name, "value");
    return error;
}

static Error read_forward(Reader *reader, const char *text)
{
    return read_target(reader, FORWARD, text);
}

static Error read_value(Reader *reader, const char *text)
{
    return read_target(reader, VALUE, text);
}

static Error read_along(Reader *reader, const char *text)
{
    Error error = begin_again(reader);
    if (error.failed)
        return error;
    if (!name_is_fit(text))
        return fail(reader, "a name", text);
    snprintf(reader->part->along, sizeof reader->part->along, "%s", text);
    if (reader->lesson)
        snprintf(reader->part->name, sizeof reader->part->name, "d%.*s", NAME_LENGTH - 1, text);
    return no_error();
}

static const struct {
    const char *word;
    Error (*read)(Reader *reader, const char *text);
    bool of_lesson;
} keywords[] = {
    {"part", read_part, false},      {"ask", read_ask, false},    {"number", read_number, false},
    {"choice", read_choice, false},  {"right", read_right, true}, {"wrong", read_wrong, true},
    {"asks", read_asks, true},       {"given", read_given, true}, {"let", read_let, true},
    {"forward", read_forward, true}, {"value", read_value, true}, {"along", read_along, true},
};
enum { KEYWORDS = sizeof keywords / sizeof *keywords };

static int keyword_find(const char *word)
{
    int i = 0;
    while (i < KEYWORDS && strcmp(keywords[i].word, word) != 0)
        i++;
    return i;
}

Error part_read_entry(Reader *reader, const char *entry)
{
    char word[NAME_LENGTH + 1];
    const char *text = take_name(entry, word);
    int i = keyword_find(word);
    bool known = i < KEYWORDS && (!reader->lesson || keywords[i].of_lesson);
    if (!known && reader->lesson)
        return fail(reader, "given, let, forward, value, along, right or wrong", entry);
    if (!known)
        return no_error();
    if (reader->part == NULL && strcmp(word, "part") != 0)
        return fail(reader, "part NAME before it", entry);
    if (*text == '\0')
        return fail(reader, "something after the keyword", word);
    return keywords[i].read(reader, text);
}
