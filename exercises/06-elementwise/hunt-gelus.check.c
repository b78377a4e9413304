/* The check of 06-elementwise/hunt-gelus: the worked numbers, an array, used twice,
 * its two tails, and far out. */
#include "curve.h"

/* As the formula stands, with its tanh. */
static double plain_of(double x)
{
    return x * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * pow(x, 3)))) / 2;
}

static Tensor *curve(Tensor *x) { return tensor_gelu_tanh(x); }

static void worked_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 4; i++)
        y[i] = plain_of(x[i]);
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 1;
    x[1] = 0;
    x[2] = 2;
    x[3] = -1;
}

/* At a million, where a difference of the student's own has no digits left. Nor has ours, but the
 * slopes are known: 1 and 0. */
static void million_run(Trial *trial)
{
    TapeMark mark = tape_mark();
    Tensor *x = tensor_from(shape1(2), (real[]){(real)trial->x[0], (real)trial->x[1]});
    tensor_want_grad(x);
    tensor_backward_from(tensor_gelu_tanh(x), (real[]){1, 1});
    for (size_t i = 0; i < 2; i++)
        trial->y[i] = x->has_grad ? (double)x->grad[i] : (double)NAN;
    tape_release(mark);
}
static void million_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 2; i++)
        y[i] = x[i] > 0;
}
static void draw_million(Random *random, double *x)
{
    x[0] = 1e6 * (1 + random_uniform(random));
    x[1] = -1e6 * (1 + random_uniform(random));
}

const Case check_cases[] = {
    {.name = "gelu_tanh at 1, 0, 2, -1",
     .x = "x[4]",
     .y = "y[4]",
     .run = once_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "gelu_tanh of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = once_run,
     .plain = array_plain},
    {.name = "gelu_tanh x times x, plus gelu_tanh of -2x",
     .x = "x[7]",
     .y = "y[7]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "gelu_tanh of 4 to 30",
     .x = "x[7]",
     .y = "y[7]",
     .run = once_run,
     .plain = right_plain,
     .draw = draw_right},
    {.name = "gelu_tanh of -4 to -30, (3,5,7)",
     .x = "x[3][5][7]",
     .y = "y[3][5][7]",
     .run = once_run,
     .plain = left_plain,
     .draw = draw_left},
    {.name = "gelu_tanh far out",
     .x = "x[3]",
     .y = "y[3]",
     .run = once_run,
     .plain = far_plain,
     .draw = draw_far},
    {.name = "slopes beyond a million",
     .x = "x[2]",
     .y = "slope[2]",
     .run = million_run,
     .plain = million_plain,
     .draw = draw_million,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
