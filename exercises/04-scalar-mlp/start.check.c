/* The check of 04-scalar-mlp/start: exact, for the random numbers are given. */
#include "../learn/check.h"

void layer_start(real *parameters, size_t inputs, size_t outputs, bool relu, const real *normals);

static void plain_start(const double *normals, double *y, size_t inputs, size_t outputs,
                        double variance)
{
    for (size_t place = 0; place < outputs * (inputs + 1); place++) {
        size_t n = place / (inputs + 1), i = place % (inputs + 1);
        y[place] = i == inputs ? 0 : normals[n * inputs + i] / sqrt((double)inputs / variance);
    }
}

static void draw_whole(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 8; i++)
        x[i] = (double)i + 1;
}

static void small_run(Trial *trial) { layer_start(trial->y, 4, 2, false, trial->x); }
static void small_plain(const double *x, double *y) { plain_start(x, y, 4, 2, 1); }
static void tanh_run(Trial *trial) { layer_start(trial->y, 7, 5, false, trial->x); }
static void tanh_plain(const double *x, double *y) { plain_start(x, y, 7, 5, 1); }
static void relu_run(Trial *trial) { layer_start(trial->y, 3, 11, true, trial->x); }
static void relu_plain(const double *x, double *y) { plain_start(x, y, 3, 11, 2); }

const Case check_cases[] = {
    {.name = "4 inputs, 2 neurons, normals 1 to 8",
     .x = "normal[8]",
     .y = "parameter[10]",
     .run = small_run,
     .plain = small_plain,
     .draw = draw_whole,
     .forward_only = true},
    {.name = "7 inputs, 5 tanh neurons",
     .x = "normal[35]",
     .y = "parameter[40]",
     .run = tanh_run,
     .plain = tanh_plain,
     .forward_only = true},
    {.name = "3 inputs, 11 relu neurons",
     .x = "normal[33]",
     .y = "parameter[44]",
     .run = relu_run,
     .plain = relu_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
