/* paper_measure: what a formula's answer should be, measured. The exercise's text says what is
 * given, what is computed from it and what is differentiated; here the givens are drawn, and each
 * element of the one in question is poked. Taught in chapters 01 (differences) and 03 (why dy is
 * random). */
#include "paper.h"

#include <string.h>

typedef struct {
    const PaperPart *part;
    Arena *arena;
    Draw *draw;
    double *poked;   /* the element that is being moved */
    const Array *dy; /* NULL before it is known */
    Error error;
} Measuring;

static Error fail_at(const PaperPart *part, size_t line, const char *what, const Error *error)
{
    return error_make("%s:%zu: %s: %.300s", part->path, line, what, error->text);
}

/* ---- the statements -------------------------------------------------------------------------- */
static Array draw_given(const Statement *given, Random *random, Arena *arena)
{
    Array array = array_make(arena, given->shape.rank, given->shape.shape);
    for (size_t i = 0; i < array_size(&array); i++)
        if (given->kind == GIVEN_BELOW)
            array.data[i] = (double)random_below(random, (uint64_t)given->below);
        else if (given->kind == GIVEN_POSITIVE)
            array.data[i] = 0.5 + fabs(random_normal(random));
        else
            array.data[i] = random_normal(random);
    return array;
}

/* Evaluates what is computed from the givens, from statement `begin` up to `end`; the last one's
 * value into `value`. */
static Error compute(const PaperPart *part, int begin, int end, Names *names, Arena *arena,
                     Array *value)
{
    for (int i = begin; i < end; i++) {
        const Statement *statement = &part->statements[i];
        if (statement->formula == NULL)
            continue;
        FormulaError error = formula_value(statement->formula, names, arena, value);
        if (error.error.failed)
            return fail_at(part, statement->line, statement->formula->text, &error.error);
        if (statement->name[0] != '\0' && !names_set(names, statement->name, *value))
            return error_make("%s:%zu: too many names", part->path, statement->line);
    }
    return no_error();
}

/* ---- dy -------------------------------------------------------------------------------------- */

/* The name that the gradient of the target goes by beside dy: dC for `forward C = A@B`, and for
 * `forward C`; else dy. */
static void upstream_name(const PaperPart *part, char name[NAME_LENGTH + 2])
{
    const Statement *target = &part->statements[part->target];
    char own[NAME_LENGTH + 1] = "y";
    if (target->name[0] != '\0')
        strcpy(own, target->name);
    else if (target->formula->nodes[target->formula->root].kind == NODE_NAME)
        node_name(target->formula, target->formula->root, own);
    snprintf(name, NAME_LENGTH + 2, "d%s", own);
}

static bool speaks_of_dy(const PaperPart *part, const char *own)
{
    Formula right;
    bool speaks = false;
    require(!formula_parse(&right, part->right).error.failed, "paper: a right answer unread");
    speaks = formula_mentions(&right, "dy") || formula_mentions(&right, own);
    for (int i = part->target + 1; i < part->statement_count; i++) {
        const Formula *let = part->statements[i].formula;
        speaks =
            speaks || (let != NULL && (formula_mentions(let, "dy") || formula_mentions(let, own)));
    }
    return speaks;
}

/* Finds dy among the givens, or draws it in the target's shape, where the answer needs one. */
static Error choose_dy(Measuring *measuring, const Array *target, Random *random)
{
    const PaperPart *part = measuring->part;
    Draw *draw = measuring->draw;
    char *own = draw->upstream;
    upstream_name(part, own);
    const Array *given = names_find(&draw->names, own);
    given = given == NULL ? names_find(&draw->names, "dy") : given;
    draw->is_weighed = given != NULL || speaks_of_dy(part, own);
    Array dy = array_make(measuring->arena, target->rank, target->shape);
    for (size_t i = 0; i < array_size(&dy); i++)
        dy.data[i] = !draw->is_weighed ? 1 : random_normal(random);
    if (given != NULL && !array_same_shape(given, target))
        return error_make("%s:%zu: expected dy of the forward's shape %s, found %s", part->path,
                          part->line, array_shape_text(target), array_shape_text(given));
    dy = given != NULL ? *given : dy;
    if (draw->is_weighed &&
        (!names_set(&draw->names, "dy", dy) || !names_set(&draw->names, own, dy)))
        return error_make("%s:%zu: too many names, or one that is too long", part->path,
                          part->line);
    Array *kept = arena_alloc(measuring->arena, sizeof *kept);
    *kept = dy;
    measuring->dy = kept;
    return no_error();
}

/* ---- differences ----------------------------------------------------------------------------- */

/* The forward weighed with dy, with the poked element at `x`: what difference_five_point asks for.
 */
static real weighed_forward(real x, const void *context)
{
    Measuring *measuring = *(Measuring *const *)context;
    const PaperPart *part = measuring->part;
    Names names = measuring->draw->names;
    Array y;
    double before = *measuring->poked, sum = 0;
    ArenaMark mark = arena_mark(measuring->arena);
    *measuring->poked = x;
    Error error = compute(part, 0, part->target + 1, &names, measuring->arena, &y);
    if (error.failed)
        measuring->error = error;
    for (size_t i = 0; !error.failed && i < array_size(&y); i++)
        sum += measuring->dy->data[i] * y.data[i];
    *measuring->poked = before; /* not earlier: y may be x itself */
    arena_release(measuring->arena, mark);
    return sum;
}

/* False where the differences cannot be trusted: the inputs are near a kink, a pole, or outside of
 * what the forward is defined for. */
static bool measure(Measuring *measuring, const Array *along)
{
    static const double step = 1e-3, agreement = 1e-7;
    Array *measured = &measuring->draw->measured;
    *measured = array_make(measuring->arena, along->rank, along->shape);
    for (size_t i = 0; i < array_size(along); i++) {
        measuring->poked = &along->data[i];
        double wide = difference_five_point(weighed_forward, &measuring, along->data[i], step);
        double near = difference_five_point(weighed_forward, &measuring, along->data[i], step / 2);
        if (!isfinite(near) || !(gate_error(wide, near) <= agreement))
            return false;
        measured->data[i] = near;
    }
    return true;
}

/* One try with the inputs that `random` gives; *usable says whether it can be trusted. */
static Error draw_once(Measuring *measuring, Random *random, bool *usable)
{
    const PaperPart *part = measuring->part;
    Draw *draw = measuring->draw;
    Array target;
    *draw = (Draw){.is_gradient = part->along[0] != '\0'};
    for (int i = 0; i < part->statement_count; i++)
        if (part->statements[i].formula == NULL &&
            !names_set(&draw->names, part->statements[i].name,
                       draw_given(&part->statements[i], random, measuring->arena)))
            return error_make("%s:%zu: too many names", part->path, part->statements[i].line);
    Error error = compute(part, 0, part->target + 1, &draw->names, measuring->arena, &target);
    if (error.failed)
        return error;
    if (draw->is_gradient) {
        error = choose_dy(measuring, &target, random);
        *usable = !error.failed && measure(measuring, names_find(&draw->names, part->along));
        error = error.failed ? error : measuring->error;
    } else {
        draw->measured = target;
        *usable = array_is_finite(&target);
    }
    if (error.failed)
        return error;
    return compute(part, part->target + 1, part->statement_count, &draw->names, measuring->arena,
                   &target);
}

Error paper_draw(const PaperPart *part, uint64_t seed, Arena *arena, Draw *draw)
{
    enum { TRIES = 100 };
    Measuring measuring = {.part = part, .arena = arena, .draw = draw};
    Random random = random_make(seed, 0);
    bool usable = false;
    for (int i = 0; i < TRIES && !usable; i++) {
        Error error = draw_once(&measuring, &random, &usable);
        if (error.failed)
            return error;
    }
    char *place = arena_alloc(arena, NAME_LENGTH + 2);
    snprintf(place, NAME_LENGTH + 2, "d%s", part->along);
    draw->place = draw->is_gradient ? place : part->name;
    if (!usable)
        return error_make(
            "%s:%zu: expected a forward with a gradient for the inputs given, found none in "
            "%d draws",
            part->path, part->line, TRIES);
    return no_error();
}
