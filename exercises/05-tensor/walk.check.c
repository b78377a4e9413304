/* The check of 05-tensor/walk: chains, diamonds, nodes that lead nowhere, gradients that are
 * kept, a second walk, and a walk that ends at a mark. */
#include "../learn/check.h"
#include "ops/ops.h"

/* ---- gradients that meet ---- */

static Tensor *chain(Tensor *const *x) { return tensor_scale(tensor_scale(x[0], 2), 3); }
static void chain_run(Trial *trial) { check_tensors(trial, chain); }
static void chain_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = 6 * x[i];
}

static Tensor *sum(Tensor *const *x)
{
    Tensor *twice = tensor_scale(x[0], 2), *thrice = tensor_scale(x[0], 3);
    return tensor_add(twice, thrice);
}
static void sum_run(Trial *trial) { check_tensors(trial, sum); }
static void sum_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = 5 * x[i];
}

static Tensor *cube(Tensor *const *x) { return tensor_mul(tensor_mul(x[0], x[0]), x[0]); }
static void cube_run(Trial *trial) { check_tensors(trial, cube); }
static void cube_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 3; i++)
        y[i] = x[i] * x[i] * x[i];
}
static void draw_cube(Random *random, double *x)
{
    (void)random;
    x[0] = -1.5;
    x[1] = 2;
    x[2] = 0.5;
}

/* y = x^2 has three children: y^2 + 2y + xy. */
static Tensor *three(Tensor *const *x)
{
    Tensor *y = tensor_mul(x[0], x[0]);
    Tensor *square = tensor_mul(y, y), *twice = tensor_scale(y, 2);
    return tensor_add(tensor_add(square, twice), tensor_mul(x[0], y));
}
static void three_run(Trial *trial) { check_tensors(trial, three); }
static void three_plain(const double *x, double *y)
{
    y[0] = x[0] * x[0] * (x[0] * x[0] + 2 + x[0]);
}

/* ---- nodes beside the way and after it ---- */

static Tensor *beside(Tensor *const *x)
{
    Tensor *y = tensor_mul(x[0], x[1]);
    tensor_scale(y, 7);
    Tensor *z = tensor_mul(y, x[0]);
    tensor_mul(z, z);
    tensor_scale(x[1], 5);
    Tensor *out = tensor_scale(z, 2);
    tensor_scale(out, 11);
    return out;
}
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = 2 * x[i] * x[i] * x[2 + i];
}

/* ---- walks that check_tensors does not take ---- */

/* A leaf that holds what the trial says; the results die with the caller's mark. */
static Tensor *leaf_of(const Trial *trial, size_t size)
{
    Tensor *x = tensor_from(shape1(size), trial->x);
    tensor_want_grad(x);
    x->has_grad = trial->dx != NULL && !trial->fresh;
    for (size_t i = 0; i < size && x->has_grad; i++)
        x->grad[i] = trial->dx[i];
    return x;
}

static void keep(const Tensor *t, double *into)
{
    for (size_t i = 0; i < t->size; i++)
        into[i] = t->has_grad ? (double)t->grad[i] : NAN;
}

/* y = 2 (x^2): walked twice from x^2, without zeroing. */
static void again_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    Tensor *x = leaf_of(trial, 2), *square = tensor_mul(x, x);
    for (size_t i = 0; i < 2; i++)
        trial->y[i] = 2 * (double)square->data[i];
    if (trial->dx != NULL) {
        tensor_backward_from(square, trial->dy);
        tensor_backward_from(square, trial->dy);
        keep(x, trial->dx);
    }
    tape_release(mark);
}
static void again_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = 2 * x[i] * x[i];
}

/* u = x, and y = u^3; what is asked for is u's gradient, which is retained, once for y alone and
 * once from a mark behind u, where the walk has to end before it reaches u's own backward. */
static void kept_run(Trial *trial, bool marked)
{
    TapeMark mark = tape_mark();
    Tensor *x = leaf_of(trial, 2), *u = tensor_scale(x, 1);
    TapeMark begin = tape_mark();
    Tensor *y = tensor_mul(tensor_mul(u, u), u);
    for (size_t i = 0; i < 2; i++)
        trial->y[i] = (double)y->data[i];
    if (trial->dx != NULL) {
        double before[2] = {trial->dx[0], trial->dx[1]}, found[2], passed[2];
        if (marked) {
            tensor_backward_since(begin, y, trial->dy);
        } else {
            tensor_retain_grad(u);
            tensor_backward_from(y, trial->dy);
        }
        keep(u, found);
        keep(x, passed);
        for (size_t i = 0; i < 2; i++) {
            trial->dx[i] = before[i] + found[i];
            /* x hears of it but from a mark, where nothing may have come to it. */
            if (marked && x->has_grad && !(passed[i] == before[i] && !trial->fresh))
                trial->dx[i] = NAN;
            if (!marked && !(fabs(passed[i] - trial->dx[i]) < 1e-9))
                trial->dx[i] = NAN;
        }
    }
    tape_release(mark);
}
static void retained_run(Trial *trial) { kept_run(trial, false); }
static void marked_run(Trial *trial) { kept_run(trial, true); }
static void kept_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = x[i] * x[i] * x[i];
}

/* y = (x x) x, walked: how many of the two results still say that they have a gradient, and how
 * many still hold its memory. */
static void let_go_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    Tensor *x = leaf_of(trial, 2), *square = tensor_mul(x, x), *cube = tensor_mul(square, x);
    const real upstream[2] = {1, 1};
    tensor_backward_from(cube, upstream);
    trial->y[0] = square->has_grad + cube->has_grad;
    trial->y[1] = (square->grad != NULL) + (cube->grad != NULL);
    tape_release(mark);
}
static void let_go_plain(const double *x, double *y) { (void)x, y[0] = y[1] = 0; }

const Case check_cases[] = {
    {.name = "3 (2x)",
     .x = "x[2]",
     .y = "y[2]",
     .run = chain_run,
     .plain = chain_plain},
    {.name = "2x + 3x",
     .x = "x[3]",
     .y = "y[3]",
     .run = sum_run,
     .plain = sum_plain},
    {.name = "(x x) x at -1.5, 2, 0.5",
     .x = "x[3]",
     .y = "y[3]",
     .run = cube_run,
     .plain = cube_plain,
     .draw = draw_cube},
    {.name = "y y + 2y + x y with y = x x",
     .x = "x",
     .y = "y",
     .run = three_run,
     .plain = three_plain},
    {.name = "nodes beside the way and after it",
     .x = "a[2] b[2]",
     .y = "y[2]",
     .run = beside_run,
     .plain = beside_plain},
    {.name = "two walks without zeroing",
     .x = "x[2]",
     .y = "y[2]",
     .run = again_run,
     .plain = again_plain},
    {.name = "what the two results of (x x) x still hold after the walk",
     .x = "x[2]",
     .y = "has_grad grad",
     .run = let_go_run,
     .plain = let_go_plain,
     .forward_only = true},
    {.name = "a result that retains its gradient",
     .x = "u[2]",
     .y = "y[2]",
     .run = retained_run,
     .plain = kept_plain},
    {.name = "a walk that ends at a mark",
     .x = "u[2]",
     .y = "y[2]",
     .run = marked_run,
     .plain = kept_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
