/* The check of 06-elementwise/relu: inputs on both sides of 0 and clear of it; and the slope at the
 * kink, which is a choice, and close to it. */
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

/* At the kink the course's relu lies on the left of the two lines that meet there. Each place has
 * the line that it lies on: so its slope can be measured, at the kink and close to it. */
static void draw_places(Random *random, double *x)
{
    const double places[6] = {1, 0, -1, 1e-9, -1e-9, 100};
    (void)random;
    for (size_t i = 0; i < 6; i++)
        x[i] = places[i];
}
static void places_plain(const double *x, double *y)
{
    const bool rises[6] = {true, false, false, true, false, true};
    for (size_t i = 0; i < 6; i++)
        y[i] = rises[i] ? x[i] : 0;
}

static void tall_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 105; i++)
        y[i] = plain_of(x[i]);
}
static void draw_105(Random *random, double *x) { draw_clear(random, x, 105); }

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
    {.name = "relu of (3,5,7)",
     .x = "x[3][5][7]",
     .y = "y[3][5][7]",
     .run = once_run,
     .plain = tall_plain,
     .draw = draw_105},
    {.name = "relu at 1, 0 (there the slope is 0), -1, 1e-9, -1e-9, 100",
     .x = "x[6]",
     .y = "y[6]",
     .run = once_run,
     .plain = places_plain,
     .draw = draw_places},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
