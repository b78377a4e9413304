/* paper_judge: one answer beside what is right: choices and numbers here, formulas in
 * paper_formula.c. Facts first; then, where the answer is that of a known mistake, the question
 * that shows it. */
#include "paper_say.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Below the last, a whole number is meant and nothing beside it. */
static const double number_tolerance = 1e-3, near_tolerance = 0.02, exact_tolerance = 1e-8;

/* ---- choices --------------------------------------------------------------------------------- */

/* Whether the choice begins with the answer: letters of either case, and spaces as one likes. */
static bool begins_with(const char *choice, const char *answer, bool *whole)
{
    for (;;) {
        answer += strspn(answer, " \t");
        choice += strspn(choice, " \t");
        if (*answer == '\0')
            break;
        if (tolower((unsigned char)*choice++) != tolower((unsigned char)*answer++))
            return false;
    }
    *whole = *choice == '\0';
    return true;
}

/* The choice meant, or NULL where it is none or more than one. */
static const char *choice_find(const PaperPart *part, const char *answer)
{
    const char *found = NULL;
    int count = 0;
    for (int i = 0; i < part->choice_count; i++) {
        bool whole = false;
        if (!begins_with(part->choices[i], answer, &whole))
            continue;
        if (whole)
            return part->choices[i];
        found = part->choices[i];
        count++;
    }
    return count == 1 ? found : NULL;
}

static void judge_choice(Judging *judging)
{
    const PaperPart *part = judging->part;
    const char *chosen = choice_find(part, judging->answer);
    if (chosen == NULL) {
        char known[600] = "";
        size_t used = 0;
        for (int i = 0; i < part->choice_count && used < sizeof known; i++)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? "; " : "",
                                     part->choices[i]);
        say_verdict(judging, ANSWER_UNREADABLE);
        say(judging, "expected one of: %s", known);
        return;
    }
    bool right = strcmp(chosen, part->right) == 0;
    say_verdict(judging, right ? ANSWER_RIGHT : ANSWER_WRONG);
    if (!right)
        snprintf(judging->judgement->fact, PAPER_FACT, "it is not: %s", chosen);
    for (int i = 0; i < part->slip_count && !right; i++)
        if (strcmp(part->slips[i].answer, chosen) == 0)
            say_slip(judging, i);
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Half a unit of the last digit of a decimal such as 0.333, which stands for what rounds to it; 0
 * for fewer than `least` digits and for anything else. */
static double half_unit(const Formula *formula, int node, int least)
{
    while (formula->nodes[node].kind == NODE_NEGATIVE)
        node = formula->nodes[node].first;
    if (formula->nodes[node].kind != NODE_NUMBER)
        return 0;
    const char *digit = formula->text + formula->nodes[node].sign;
    int digits = 0, decimals = -1;
    for (; isdigit((unsigned char)*digit) || *digit == '.'; digit++) {
        decimals += *digit == '.' || decimals >= 0;
        digits += *digit != '.' && (digits > 0 || *digit != '0');
    }
    long exponent = tolower((unsigned char)*digit) == 'e' ? strtol(digit + 1, NULL, 10) : 0;
    bool says_how_far = decimals > 0 || least < 3;
    return says_how_far && digits >= least ? 0.5 * pow(10, (double)exponent - fmax(decimals, 0)) : 0;
}

/* For each element of the answer how far its digits leave it open; 0 where it is no list of
 * numbers. */
static size_t half_units(const Formula *formula, int node, int least, double *units, size_t count)
{
    if (formula->nodes[node].kind == NODE_LIST) {
        for (int i = formula->nodes[node].first; i >= 0; i = formula->nodes[i].next)
            count = half_units(formula, i, least, units, count);
        return count;
    }
    if (count < ARRAY_SIZE)
        units[count] = half_unit(formula, node, least);
    return count + 1;
}

/* Whether all elements are as near as the tolerance, or their own digits, allow. A 0 among others
 * is measured by the largest of them; alone, it must be 0. */
static bool is_near(const Formula *formula, const Array *found, const Array *wanted, double within)
{
    static double units[ARRAY_SIZE];
    size_t size = array_size(wanted);
    bool loose = within == 0 || within >= number_tolerance; /* no more is asked for than of any */
    bool rounded = half_units(formula, formula->root, 3, units, 0) == size && loose; /* 2 say too little */
    double largest = 0, slack = 1 + 1e-9;
    if (!array_same_shape(found, wanted))
        return false;
    for (size_t i = 0; i < size; i++)
        largest = fmax(largest, fabs(wanted->data[i]));
    for (size_t i = 0; i < size; i++) {
        double scale = wanted->data[i] != 0 ? fabs(wanted->data[i]) : largest;
        double allowed = (within > 0 ? within : number_tolerance) * scale;
        allowed = rounded ? fmax(allowed, units[i]) : allowed;
        if (!(fabs(found->data[i] - wanted->data[i]) <= allowed * slack + 1e-12))
            return false;
    }
    return true;
}

/* Whether the answer is what the right numbers round to at as many digits as it has: right as far as it
 * goes. */
static bool digits_are_missing(const Formula *formula, const Array *found, const Array *wanted)
{
    static double units[ARRAY_SIZE];
    if (half_units(formula, formula->root, 1, units, 0) != array_size(wanted))
        return false;
    for (size_t i = 0; i < array_size(wanted); i++)
        if (!(fabs(found->data[i] - wanted->data[i]) <= units[i] * (1 + 1e-9)))
            return false;
    return true;
}

/* What is wrong with a number that is no known mistake, or before it is seen to be one. */
static void say_number(Judging *judging, const Formula *formula, const Array *found,
                       const Array *wanted, bool known)
{
    double within = judging->part->within > 0 ? judging->part->within : number_tolerance;
    if (!array_is_finite(found))
        say(judging, "it comes to NaN or infinity, which no right answer is");
    else if (!array_same_shape(found, wanted))
        say(judging, "its shape is %s: expected %s", array_shape_text(found),
            array_shape_text(wanted));
    else if (!known && within < near_tolerance && within > exact_tolerance &&
             is_near(formula, found, wanted, near_tolerance))
        say(judging, "near, but not within the %g %% that are allowed: %s", 100 * within,
            digits_are_missing(formula, found, wanted) ? "give more digits"
                                                       : "its last digits are not the right ones");
    else if (found->rank == 0)
        say(judging, "it comes to %.7g: that is not the right answer", found->data[0]);
    else
        say(judging, "at least one of its %zu numbers is not right", array_size(found));
}

static Error wrong_number(Judging *judging, const Formula *formula, const Array *found,
                          const Array *wanted)
{
    const PaperPart *part = judging->part;
    Names none = {.count = 0};
    Formula own;
    Array slip;
    int known = -1;
    for (int i = 0; i < part->slip_count && known < 0; i++) {
        Error error = own_value(judging, part->slips[i].answer, &none, &own, &slip);
        if (error.failed)
            return error;
        if (is_near(formula, found, &slip, part->within))
            known = i;
    }
    say_verdict(judging, ANSWER_WRONG);
    say_number(judging, formula, found, wanted, known >= 0);
    if (known >= 0)
        say_slip(judging, known);
    return no_error();
}

/* Where a list is asked for, (2, 0, 1) is read as [2, 0, 1]: shapes and permutations are written so.
 * In `text`, of the same length, so that places in it are the answer's. */
static const char *list_text(const char *answer, char text[FORMULA_TEXT + 1])
{
    size_t length = strlen(answer), last = length;
    while (last > 0 && isspace((unsigned char)answer[last - 1]))
        last--;
    if (length > FORMULA_TEXT || last < 2 || answer[0] != '(' || answer[last - 1] != ')' ||
        strcspn(answer + 1, "()[]") != last - 2)
        return answer;
    strcpy(text, answer);
    text[0] = '[';
    text[last - 1] = ']';
    return text;
}

static Error judge_number(Judging *judging)
{
    Names none = {.count = 0};
    Formula formula, own;
    Array found, wanted;
    char brackets[FORMULA_TEXT + 1];
    Error error = own_value(judging, judging->part->right, &none, &own, &wanted);
    if (error.failed)
        return error;
    const char *text = judging->answer;
    text = wanted.rank == 1 ? list_text(text, brackets) : text;
    FormulaError problem = formula_parse(&formula, text);
    if (problem.error.failed) {
        say_unreadable(judging, "read", &problem);
        return no_error();
    }
    problem = formula_value(&formula, &none, &judging->arena, &found);
    if (problem.error.failed) {
        say_unreadable(judging, "computed", &problem);
        return no_error();
    }
    if (!is_near(&formula, &found, &wanted, judging->part->within))
        return wrong_number(judging, &formula, &found, &wanted);
    say_verdict(judging, ANSWER_RIGHT);
    return no_error();
}

/* ---- all kinds ------------------------------------------------------------------------------- */
Error paper_judge(const PaperPart *part, const char *answer, uint64_t seed, FILE *out,
                  PaperJudgement *judgement)
{
    *judgement = (PaperJudgement){.verdict = ANSWER_MISSING, .slip = -1};
    Judging judging = {
        .part = part, .answer = answer, .seed = seed, .out = out, .judgement = judgement};
    Error error = no_error();
    if (answer[strspn(answer, " \t")] == '\0') {
        fprintf(out, "%-*s%s: not answered\n", INDENT, "-", part->name);
        snprintf(judgement->fact, PAPER_FACT, "not answered");
    } else if (part->kind == PART_CHOICE) {
        judge_choice(&judging);
    } else if (part->kind == PART_NUMBER) {
        error = judge_number(&judging);
    } else {
        error = judge_formula(&judging);
    }
    arena_free(&judging.arena);
    return error;
}

/* One of the part's own answers, which is right (slip -1) or the known mistake `slip`. */
static Error audit_answer(const PaperPart *part, const char *answer, int slip, size_t seeds)
{
    char *said = NULL;
    size_t size = 0;
    Error error = no_error();
    for (uint64_t seed = 1; !error.failed && seed <= seeds; seed++) {
        PaperJudgement judgement;
        FILE *out = open_memstream(&said, &size);
        require(out != NULL, "paper: no memory for what is said");
        error = paper_judge(part, answer, seed, out, &judgement);
        fclose(out);
        free(said);
        const char *where = slip < 0 ? "right" : "wrong";
        size_t line = slip < 0 ? part->line : part->slips[slip].line;
        if (error.failed)
            return error;
        if (judgement.verdict != (slip < 0 ? ANSWER_RIGHT : ANSWER_WRONG))
            error =
                error_make("%s:%zu: %s %s: expected it to be %s, found otherwise at seed %d: %s",
                           part->path, line, part->name, answer, where, (int)seed, judgement.fact);
        else if (judgement.slip != slip)
            error = error_make("%s:%zu: %s %s: expected it to be known, found it taken for %s",
                               part->path, line, part->name, answer,
                               judgement.slip < 0 ? "nothing known"
                                                  : part->slips[judgement.slip].answer);
    }
    return error;
}

Error paper_audit(const PaperPart *part, size_t seeds, size_t *judged)
{
    Error error = audit_answer(part, part->right, -1, seeds);
    *judged += !error.failed;
    for (int i = 0; !error.failed && i < part->slip_count; i++) {
        error = audit_answer(part, part->slips[i].answer, i, seeds);
        *judged += !error.failed;
    }
    return error;
}
