/* paper_formula: a formula is right if its numbers are, for several draws of the inputs: what it
 * looks like is the student's own affair. A wrong one is shown the inputs for which it fails, the
 * element that is furthest off, and what all of its elements have in common. */
#include "paper_say.h"

#include <stdlib.h>
#include <string.h>

static const double tolerance = 1e-6;

/* The value in the shape that is wanted: leading axes of length 1 don't count, and what can be
 * stretched is, as in every formula. */
static bool reshaped(Judging *judging, const Array *value, const Array *wanted, Array *result)
{
    Array stripped = *value, fitted;
    while (stripped.rank > wanted->rank && stripped.shape[0] == 1)
        memmove(stripped.shape, stripped.shape + 1,
                (size_t)--stripped.rank * sizeof *stripped.shape);
    if (!array_fit(&stripped, wanted, &fitted) || !array_same_shape(&fitted, wanted))
        return false;
    *result = array_stretch(&judging->arena, &stripped, wanted);
    return true;
}

/* How many elements are wrong, and which is the worst. */
static size_t count_wrong(const Array *found, const Array *wanted, size_t *worst)
{
    size_t wrong = 0;
    double largest = 0;
    for (size_t i = 0; i < array_size(wanted); i++) {
        double error = gate_error(found->data[i], wanted->data[i]);
        if (error <= tolerance)
            continue;
        if (wrong++ == 0 || error > largest) {
            largest = error;
            *worst = i;
        }
    }
    return wrong;
}

/* The one factor by which all elements are off; 0 if there is none, or only one element. */
static double common_factor(const Array *found, const Array *wanted)
{
    double factor = 0;
    size_t compared = 0;
    for (size_t i = 0; i < array_size(wanted); i++) {
        if (fabs(wanted->data[i]) < 1e-6 && fabs(found->data[i]) < 1e-6)
            continue;
        double own = found->data[i] / wanted->data[i];
        if (!isfinite(own) || (compared > 0 && gate_error(own, factor) > tolerance))
            return 0;
        factor = own;
        compared++;
    }
    return compared > 1 ? factor : 0;
}

/* ---- what is said ---------------------------------------------------------------------------- */

static bool is_given(const PaperPart *part, const char *name)
{
    for (int i = 0; i < part->statement_count; i++)
        if (part->statements[i].formula == NULL && strcmp(part->statements[i].name, name) == 0)
            return true;
    return false;
}

/* All that is needed to compute both numbers again, and what the answer speaks of besides. */
static void say_inputs(const Judging *judging, const Formula *formula, const Draw *draw)
{
    for (int i = 0; i < draw->names.count; i++) {
        const char *name = draw->names.items[i].name;
        bool upstream = draw->is_weighed && strcmp(name, draw->upstream) == 0 &&
                        !formula_mentions(formula, "dy");
        if (upstream || is_given(judging->part, name) || formula_mentions(formula, name))
            say_array(judging, name, &draw->names.items[i].value);
    }
}

/* Whether a known mistake gives these numbers: NaN in the same places too. */
static bool same_numbers(const Array *found, const Array *slip)
{
    for (size_t i = 0; i < array_size(slip); i++) {
        double a = found->data[i], b = slip->data[i];
        if (!(gate_error(a, b) <= tolerance) && !(isnan(a) && isnan(b)))
            return false;
    }
    return true;
}

/* The question of the known mistake that these numbers come from, if there is one. */
static Error find_slip(Judging *judging, const Draw *draw, const Array *found)
{
    Formula own;
    Array slip, shaped;
    for (int i = 0; i < judging->part->slip_count; i++) {
        const PaperSlip *known = &judging->part->slips[i];
        Error error = own_value(judging, known->answer, &draw->names, &own, &slip);
        if (error.failed)
            return error;
        if (reshaped(judging, &slip, found, &shaped) && same_numbers(found, &shaped)) {
            say_slip(judging, i);
            break;
        }
    }
    return no_error();
}

static void say_numbers(Judging *judging, const Formula *formula, const Draw *draw,
                        const Array *found)
{
    const Array *wanted = &draw->measured;
    size_t worst = 0, size = array_size(wanted), wrong = count_wrong(found, wanted, &worst);
    double yours = found->data[worst], right = wanted->data[worst];
    const char *place = place_text(draw->place, wanted, worst);
    const char *name = draw->is_gradient ? "measured" : "expected";
    snprintf(judging->judgement->fact, PAPER_FACT, "%s: yours %s, %s %s", place, number_text(yours),
             name, number_text(right));
    if (size > 1)
        say(judging, "%zu of %zu elements are wrong; the worst is %s, for these inputs:", wrong,
            size, place);
    else
        say(judging, "for these inputs it is wrong:");
    say_inputs(judging, formula, draw);
    fprintf(judging->out, "%*s%-9s yours %s, %s %s\n", INDENT + 2, "", place, number_text(yours),
            name, number_text(right));
    if (draw->is_gradient)
        say(judging, "measured = five-point difference of the forward%s%s",
            draw->is_weighed ? ", weighed with " : "",
            !draw->is_weighed                  ? ""
            : formula_mentions(formula, "dy") ? "dy"
                                               : draw->upstream);
    double factor = common_factor(found, wanted);
    if (!isfinite(yours))
        say(judging, "yours gives %s where what was %s is finite", number_text(yours), name);
    else if (factor != 0)
        say(judging, "every element of yours is %.6g times what was %s", factor, name);
}

static Error say_wrong_shape(Judging *judging, const Draw *draw, const Array *found)
{
    const Array *wanted = &draw->measured;
    if (draw->is_gradient)
        say(judging, "its shape is %s: expected that of %s, %s", array_shape_text(found),
            judging->part->along, array_shape_text(wanted));
    else
        say(judging, "its shape is %s: expected %s", array_shape_text(found),
            array_shape_text(wanted));
    return find_slip(judging, draw, found);
}

/* ---- the verdict ----------------------------------------------------------------------------- */

/* With the inputs of one draw. */
static Error judge_draw(Judging *judging, const Formula *formula, uint64_t seed)
{
    Draw draw;
    Array value, found;
    size_t worst;
    Error error = paper_draw(judging->part, seed, &judging->arena, &draw);
    if (error.failed)
        return error;
    FormulaError problem = formula_value(formula, &draw.names, &judging->arena, &value);
    if (problem.error.failed) {
        say_unreadable(judging, "computed", &problem);
        return no_error();
    }
    bool fits = reshaped(judging, &value, &draw.measured, &found);
    if (fits && count_wrong(&found, &draw.measured, &worst) == 0)
        return no_error();
    say_verdict(judging, ANSWER_WRONG);
    if (!fits)
        return say_wrong_shape(judging, &draw, &value);
    say_numbers(judging, formula, &draw, &found);
    return find_slip(judging, &draw, &found);
}

Error judge_formula(Judging *judging)
{
    Formula formula;
    FormulaError problem = formula_parse(&formula, judging->answer);
    if (problem.error.failed) {
        say_unreadable(judging, "read", &problem);
        return no_error();
    }
    PaperVerdict *verdict = &judging->judgement->verdict;
    for (uint64_t i = 0; i < PAPER_DRAWS && *verdict == ANSWER_MISSING; i++) {
        ArenaMark mark = arena_mark(&judging->arena);
        Error error = judge_draw(judging, &formula, judging->seed * PAPER_DRAWS + i);
        arena_release(&judging->arena, mark);
        if (error.failed)
            return error;
    }
    if (*verdict == ANSWER_MISSING)
        say_verdict(judging, ANSWER_RIGHT);
    return no_error();
}
