/* The check of 03-gradcheck/ones: outputs of 1/8, 1/8, 1/8, 1/4, 3/8, and any. */
#include "check.h"
#include "softmax.h"

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = x[1] = x[2] = 0;
    x[3] = log(2.0);
    x[4] = log(3.0);
}

/* One over the sum of e^(x[k] - x[j]). */
static void plain(const double *x, double *y)
{
    for (int j = 0; j < SOFTMAX_SIZE; j++) {
        double inverse = 0;
        for (int k = 0; k < SOFTMAX_SIZE; k++)
            inverse += exp(x[k] - x[j]);
        y[j] = 1 / inverse;
    }
}

static void run(Trial *trial) { check_vjp(trial, softmax_forward, softmax_vjp); }

const Case check_cases[] = {
    {.name = "softmax of (0, 0, 0, ln 2, ln 3)",
     .x = "x[5]",
     .y = "y[5]",
     .run = run,
     .plain = plain,
     .draw = draw_worked},
    {.name = "softmax of any five numbers", .x = "x[5]", .y = "y[5]", .run = run, .plain = plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
