/* The check of 06-elementwise/relu: inputs on both sides of 0 and clear of it; and the slope at the
 * kink, which no difference can measure. */
#include "check.h"
#include "ops/ops.h"

static double plain_of(double x) { return (x + fabs(x)) / 2; }

static Tensor *once(Tensor *const *x) { return tensor_relu(x[0]); }
static void once_run(Trial *trial) { check_tensors(trial, once); }

static void worked_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = plain_of(x[i]);
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 2;
    x[1] = -3;
}

/* At least 0.25 from the kink, the first two on different sides. */
static void draw_clear(Random *random, double *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double size = 0.25 + 1.75 * random_uniform(random);
        bool below = i < 2 ? i == 1 : random_uniform(random) < 0.5;
        x[i] = below ? -size : size;
    }
}
static void draw_15(Random *random, double *x) { draw_clear(random, x, 15); }
static void draw_7(Random *random, double *x) { draw_clear(random, x, 7); }

static void array_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = plain_of(x[i]);
}

/* Used twice, above and below its kink. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *y = tensor_relu(x[0]);
    return tensor_add(tensor_mul(y, x[0]), tensor_relu(tensor_scale(x[0], -2)));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = plain_of(x[i]) * x[i] + plain_of(-2 * x[i]);
}

static void kink_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    Tensor *x = tensor_from(shape1(3), (real[]){1, 0, -1});
    tensor_want_grad(x);
    Tensor *y = tensor_relu(x);
    tensor_backward_from(y, (real[]){1, 1, 1});
    for (size_t i = 0; i < 3; i++) {
        trial->y[i] = (double)y->data[i];
        trial->y[3 + i] = (double)x->grad[i];
    }
    tape_release(mark);
}
static void kink_plain(const double *x, double *y)
{
    (void)x;
    for (size_t i = 0; i < 6; i++)
        y[i] = i % 3 == 0;
}

const Case check_cases[] = {
    {.name = "relu of 2 and -3",
     .x = "x[2]",
     .y = "y[2]",
     .run = once_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "relu of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = once_run,
     .plain = array_plain,
     .draw = draw_15},
    {.name = "relu x times x, plus relu of -2x",
     .x = "x[7]",
     .y = "y[7]",
     .run = twice_run,
     .plain = twice_plain,
     .draw = draw_7},
    {.name = "relu at 1, 0 and -1",
     .x = "unused",
     .y = "value[3] slope[3]",
     .run = kink_run,
     .plain = kink_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
