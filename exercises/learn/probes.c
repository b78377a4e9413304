/* probes: from numbers that differ to the words for it. They go in the order of LEARNER's list: NaN, `=`
 * for `+=`, the upstream ignored, a constant ratio, a transpose, only some rows right, a kink, and then a
 * seeded bug's own numbers, which is the most that can be said. */
#include "probes.h"

#include <stdlib.h>
#include <string.h>

/* Whether a built program answers with the signature. */
static bool answers(Referee *referee, const Build *build, uint64_t seed, const Signature *yours)
{
    if (build->state != BUILT)
        return false;
    Signature its = signature_of(referee, build->program, seed);
    bool equal = signature_equal(yours, &its);
    signature_free(&its);
    return equal;
}

/* What a hunt's file does as it was given is for the hunter to find: its slip is not named. */
static void slip_match(Referee *referee, const Exercise *exercise, const Finding *finding, Diagnosis *d)
{
    static Build build;
    uint64_t seed = finding->sitting.seed;
    Signature yours = signature_of(referee, finding->build.program, seed);
    if (exercise->hunt) {
        Workshop workshop = workshop_usual();
        build_answer(&workshop, exercise, path_starter(exercise), "given", &build);
        d->as_given = answers(referee, &build, seed, &yours);
    }
    for (int k = 0; k < exercise->n_slips && d->slip == NULL && !d->as_given; k++) {
        build_slip(exercise, &exercise->slips[k], &build);
        if (answers(referee, &build, seed, &yours))
            d->slip = &exercise->slips[k];
    }
    signature_free(&yours);
}

/* ---- which elements -------------------------------------------------------------------------- */

static double yours_at(const Sitting *sitting, bool gradient, size_t i)
{
    if (!gradient)
        return sitting->y[i];
    bool fresh_wrong = !gradient_agrees(sitting->info, sitting->fresh[i], sitting->measured[i]);
    return fresh_wrong ? sitting->fresh[i] : sitting->added[i];
}

static double error_at(const Sitting *sitting, bool gradient, size_t i)
{
    double error = relative_error(yours_at(sitting, gradient, i),
                                  gradient ? sitting->measured[i] : sitting->right[i]);
    return isnan(error) ? HUGE_VAL : error;
}

static bool wrong_at(const Sitting *sitting, bool gradient, size_t i)
{
    if (!gradient)
        return !forward_agrees(sitting->info, sitting->y[i], sitting->right[i]);
    return !gradient_agrees(sitting->info, yours_at(sitting, true, i), sitting->measured[i]);
}

/* The worst elements, worst first; of equally bad ones the first. */
static void elements_find(const Sitting *sitting, Diagnosis *d)
{
    d->of = d->gradient ? sitting->info->inputs : sitting->info->outputs;
    for (size_t i = 0; i < d->of; i++)
        d->wrong += wrong_at(sitting, d->gradient, i);
    while (d->n_shown < ROWS_SHOWN && d->n_shown < d->wrong) {
        size_t best = d->of;
        for (size_t i = 0; i < d->of; i++) {
            bool taken = !wrong_at(sitting, d->gradient, i);
            for (size_t k = 0; k < d->n_shown; k++)
                taken = taken || d->shown[k] == i;
            if (!taken && (best == d->of || error_at(sitting, d->gradient, i) >
                                                error_at(sitting, d->gradient, best)))
                best = i;
        }
        d->shown[d->n_shown++] = best;
    }
}

/* ---- probes ---------------------------------------------------------------------------------- */

typedef bool (*Probe)(Referee *referee, const Sitting *sitting, Diagnosis *d);

static void say(Diagnosis *d, const char *pattern, const char *question)
{
    snprintf(d->pattern, sizeof d->pattern, "%s", pattern);
    snprintf(d->question, sizeof d->question, "%s", question);
}

/* Whether a NaN comes from memory that nobody wrote: all its bits are set there (harness.c), and arithmetic
 * hands a NaN's bits on; one that is computed of numbers has others. */
static bool is_unwritten(double nan)
{
    uint64_t bits;
    memcpy(&bits, &nan, sizeof bits);
    return bits == UINT64_MAX;
}

static bool probe_nan(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    (void)referee;
    for (size_t i = 0; i < d->of; i++) {
        double yours = yours_at(sitting, d->gradient, i);
        if (!wrong_at(sitting, d->gradient, i) || !isnan(yours))
            continue;
        if (is_unwritten(yours))
            say(d, "NaN, from memory that nobody wrote",
                "Which line writes this element, and from what? NaN is what stands there until something is "
                "stored with =; added to, it stays NaN.");
        else
            say(d, "NaN, computed of numbers",
                "Where is 0/0, infinity/infinity or 0 times infinity in your formula, at these inputs? What "
                "is e^1000, or 10 to a power that was meant to be negative?");
        return true;
    }
    return false;
}

/* Fresh buffers right, used ones wrong: what they held is lost, or taken for the operation's own. */
static bool probe_assign(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    (void)referee;
    size_t lost = 0;
    for (size_t i = 0; i < d->of; i++) {
        if (!gradient_agrees(sitting->info, sitting->fresh[i], sitting->measured[i]))
            return false;
        double held = sitting->added[i] + sitting->before[i];
        lost += !gradient_agrees(sitting->info, sitting->added[i], sitting->measured[i]) &&
                relative_error(held, sitting->measured[i]) < 1e-6;
    }
    if (lost > 0)
        say(d, "right into a fresh gradient; into one that held something, that is lost",
            "A gradient may have several contributions: is there a = where += is needed?");
    else
        say(d, "right into a fresh gradient; wrong into one that held something",
            "What stands there is not this operation's alone: does your code read it back?");
    return true;
}

/* Right where something stood already, wrong into a fresh buffer. */
static bool probe_first_write(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    (void)referee;
    for (size_t i = 0; i < d->of; i++)
        if (!gradient_agrees(sitting->info, sitting->added[i], sitting->measured[i]))
            return false;
    say(d, "right on top of something; wrong into a gradient that nobody wrote yet",
        "Is one element put more than once? Into a fresh gradient each put stores, and only the last "
        "term stays. Or who decides between first and further writes: is it you, or grad_put?");
    return true;
}

/* The gradients for another upstream: those that were got by ignoring it. */
static bool probe_upstream(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    static Sitting ones;
    ones = *sitting;
    for (size_t j = 0; j < sitting->info->outputs; j++)
        ones.dy[j] = 1;
    for (size_t i = 0; i < d->of; i++)
        if (!gradient_agrees(sitting->info, sitting->fresh[i],
                             referee_difference(referee, &ones, i, 0x1p-10)))
            return false;
    say(d, "what would be right if the upstream gradient were 1 everywhere",
        "Where does the gradient that comes from above enter your backward?");
    return true;
}

/* A name of the case's inputs: where its numbers begin and what shape they have. */
typedef struct {
    size_t begin, size, rows, columns; /* rows: the first axis; columns: all the others together */
} Block;

static size_t blocks_of(const char *names, Block blocks[16])
{
    size_t count = 0, begin = 0;
    for (const char *at = names + strspn(names, " "); *at != '\0' && count < 16;
         at += strspn(at, " ")) {
        size_t whole = strcspn(at, " "), size = 1, rows = 0;
        for (const char *p = at + strcspn(at, "[ "); p < at + whole && *p == '[';
             p += strcspn(p + 1, "[ ") + 1) {
            size_t dim = strtoul(p + 1, NULL, 10);
            rows = rows == 0 ? dim : rows;
            size *= dim;
        }
        rows = rows == 0 ? 1 : rows;
        blocks[count++] = (Block){begin, size, rows, size / rows};
        begin += size;
        at += whole;
    }
    return count;
}

static double right_at(const Sitting *sitting, bool gradient, size_t i)
{
    return gradient ? sitting->measured[i] : sitting->right[i];
}

/* Words for a factor that means something: -1, a small whole number or its inverse, a number of inputs or
 * outputs or its inverse. Any other is chance, or an accident of this case: false. `of` is "", or " of
 * dw". */
static bool ratio_words(double ratio, const Sitting *sitting, const char *of, char words[200])
{
    double n = (double)sitting->info->inputs, m = (double)sitting->info->outputs;
    const double sizes[] = {n, m, 2, 3, 4};
    const char *const ends[] = {"; there are as many inputs", "; there are as many outputs", "", "", ""};
    if (fabs(ratio + 1) < 1e-6 || fabs(ratio) < 1e-12) {
        snprintf(words, 200, "every element%s %s", of, ratio < -0.5 ? "has the other sign" : "is 0");
        return true;
    }
    for (int k = 0; k < 5; k++)
        for (int inverse = 0; inverse < 2; inverse++)
            if (sizes[k] > 1 && fabs(ratio - (inverse ? 1 / sizes[k] : sizes[k])) < 1e-6) {
                snprintf(words, 200, "every element%s is %s%.0f times what was measured%s", of,
                         inverse ? "1/" : "", sizes[k], ends[k]);
                return true;
            }
    return false;
}

/* The factor by which all of these elements are off; NaN if they have none in common, or are too few. */
static double ratio_of(const Sitting *sitting, bool gradient, const Block *block)
{
    double ratio = (double)NAN;
    size_t compared = 0;
    for (size_t i = block->begin; i < block->begin + block->size; i++) {
        double right = right_at(sitting, gradient, i), yours = yours_at(sitting, gradient, i);
        if (fabs(right) < 1e-6) {
            if (fabs(yours) > 1e-6)
                return (double)NAN;
            continue;
        }
        if (isnan(ratio))
            ratio = yours / right;
        if (!(fabs(yours / right - ratio) <= 1e-6 * fmax(1, fabs(ratio))))
            return (double)NAN;
        compared++;
    }
    return compared < 2 ? (double)NAN : ratio;
}

static const char *ratio_question(double ratio, bool gradient)
{
    if (fabs(ratio + 1) < 1e-6)
        return "When this input grows, which way does the output go?";
    if (fabs(ratio) >= 1e-12)
        return "Which constant factor is there once too often, or missing?";
    return gradient ? "Does your code write anything there? (A quotient of whole numbers such as 1/4 is 0 "
                      "in C.)"
                    : "Which line makes it 0? (A quotient of whole numbers such as 1/4 is 0 in C; and so "
                      "is a largest number that was begun at 0, where all are negative.)";
}

/* Of all elements, or of one operand's: the others may be right. */
static bool probe_ratio(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    (void)referee;
    Block blocks[17] = {{0, d->of, 1, d->of}};
    size_t count = 1 + blocks_of(d->names, blocks + 1);
    for (size_t k = 0; k < count; k++) {
        char words[200], of[100] = "";
        double ratio = ratio_of(sitting, d->gradient, &blocks[k]);
        if (isnan(ratio) || fabs(ratio - 1) < 1e-6)
            continue;
        const char *name = element_name(d->names, blocks[k].begin);
        if (k > 0)
            snprintf(of, sizeof of, " of %s%.*s", d->gradient ? "d" : "", (int)strcspn(name, "["), name);
        if (!ratio_words(ratio, sitting, of, words))
            continue;
        say(d, words, ratio_question(ratio, d->gradient));
        return true;
    }
    return false;
}

static bool block_transposed(const Sitting *sitting, bool gradient, const Block *block)
{
    if (block->rows < 2 || block->columns < 2)
        return false;
    for (size_t i = 0; i < block->rows; i++)
        for (size_t j = 0; j < block->columns; j++) {
            double yours = yours_at(sitting, gradient, block->begin + j * block->rows + i);
            double right = right_at(sitting, gradient, block->begin + i * block->columns + j);
            if (!(relative_error(yours, right) < 1e-6))
                return false;
        }
    return true;
}

static bool probe_transpose(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    (void)referee;
    Block blocks[16];
    size_t count = blocks_of(d->names, blocks);
    for (size_t k = 0; k < count; k++)
        if (block_transposed(sitting, d->gradient, &blocks[k])) {
            say(d, "the right numbers, rows and columns exchanged",
                "Which index runs fastest in memory, and which in your loop?");
            return true;
        }
    return false;
}

/* Only the first, or only the last row of something right. */
static bool probe_rows(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    (void)referee;
    Block blocks[16];
    size_t count = blocks_of(d->names, blocks);
    for (size_t k = 0; k < count; k++) {
        const Block *block = &blocks[k];
        size_t good = 0, which = 0;
        bool written = false; /* something but 0 into a wrong one */
        for (size_t i = 0; i < block->rows; i++) {
            bool right = true;
            for (size_t j = 0; j < block->columns; j++) {
                size_t at = block->begin + i * block->columns + j;
                bool wrong = wrong_at(sitting, d->gradient, at);
                right = right && !wrong;
                written = written || (wrong && yours_at(sitting, d->gradient, at) != 0);
            }
            good += right;
            which = right ? i : which;
        }
        if (block->rows < 3 || good != 1 || (which != 0 && which != block->rows - 1))
            continue;
        bool flat = block->columns == 1; /* a list, which has no rows */
        say(d,
            which == 0 ? (flat ? "only the first number is right" : "only the first row is right")
                       : (flat ? "only the last number is right" : "only the last row is right"),
            !flat     ? "Does your loop go over all rows, and does each row begin where it should?"
            : written ? "The others were written too: what is true of this one alone?"
                      : "Does your loop go over all of them?");
        return true;
    }
    return false;
}

static bool probe_kink(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    size_t i = d->shown[0];
    double h = 1e-6, left = referee_one_sided(referee, sitting, i, -h);
    double right = referee_one_sided(referee, sitting, i, h);
    if (relative_error(left, right) < 1e-2)
        return false;
    snprintf(d->pattern, sizeof d->pattern, "a kink: the slope is %.6g from the left, %.6g from the right",
             left, right);
    snprintf(d->question, sizeof d->question, "At a kink there is no derivative: which of the two does the "
                                              "task ask for?");
    return true;
}

/* ---- all together ---------------------------------------------------------------------------- */

static void trust_say(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    size_t i = d->shown[0];
    double a = referee_difference(referee, sitting, i, 1e-4);
    double b = referee_difference(referee, sitting, i, 1e-2);
    if (relative_error(a, b) < 1e-5)
        snprintf(d->trust, sizeof d->trust,
                 "measured = by really nudging the input (five-point difference); %.6g for steps from "
                 "1e-4 to 1e-2: trust it", b);
    else
        snprintf(d->trust, sizeof d->trust,
                 "measured = by really nudging the input (five-point difference); %.6g with step 1e-4, "
                 "%.6g with 1e-2", a, b);
}

/* What was looked for, as far as it could be there: one number alone has no factor in common with
 * another, and a list has no rows. */
static void nothing_say(Diagnosis *d)
{
    Block blocks[16];
    size_t count = blocks_of(d->names, blocks);
    bool rows = false;
    for (size_t k = 0; k < count; k++)
        rows = rows || (blocks[k].rows > 1 && blocks[k].columns > 1);
    snprintf(d->pattern, sizeof d->pattern, "none: no NaN%s%s%s%s",
             d->gradient ? ", nothing held was lost" : "", d->of > 1 ? ", no constant factor" : "",
             rows ? ", no rows for columns" : "",
             d->gradient ? ", no kink" : "");
    d->question[0] = '\0';
}

static void probes_try(Referee *referee, const Sitting *sitting, Diagnosis *d)
{
    static const Probe backward[] = {probe_nan, probe_assign, probe_first_write, probe_upstream,
                                     probe_ratio, probe_transpose, probe_rows, probe_kink};
    static const Probe forward[] = {probe_nan, probe_ratio, probe_transpose, probe_rows};
    size_t count = d->gradient ? sizeof backward / sizeof *backward : sizeof forward / sizeof *forward;
    for (size_t k = 0; k < count; k++)
        if ((d->gradient ? backward : forward)[k](referee, sitting, d))
            return;
    d->nothing = true;
    nothing_say(d);
}

void diagnose(Referee *referee, const Exercise *exercise, const Finding *finding,
              Diagnosis *diagnosis)
{
    const Sitting *sitting = &finding->sitting;
    *diagnosis = (Diagnosis){.gradient = finding->verdict == VERDICT_GRADIENT};
    if (finding->verdict == VERDICT_GRADIENT || finding->verdict == VERDICT_FORWARD) {
        diagnosis->names = diagnosis->gradient ? sitting->info->x : sitting->info->y;
        elements_find(sitting, diagnosis);
        if (diagnosis->gradient)
            trust_say(referee, sitting, diagnosis);
        probes_try(referee, sitting, diagnosis);
    }
    /* What never ends would take all its time once more, and a crash leaves no numbers to compare. */
    if (finding->build.state == BUILT && finding->verdict != VERDICT_TIMED_OUT &&
        finding->verdict != VERDICT_CRASHED)
        slip_match(referee, exercise, finding, diagnosis);
}
