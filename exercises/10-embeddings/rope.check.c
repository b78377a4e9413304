/* The check of 10-embeddings/rope: (1,0) at two positions, several pairs, several matrices, a
 * product of x with its turned self, and an x that is a result. No case but the first has positions
 * for its first axis: position 0 is right under most wrong angles, and that is no sign of a loop
 * that stops after one row. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *turned(Tensor *const *x) { return tensor_rope(x[0]); }
static void turned_run(Trial *trial) { check_tensors(trial, turned); }

/* Each pair as a complex number, multiplied t times by cos w + i sin w. */
static void plain_turn(const double *x, double *y, size_t size, size_t steps, size_t width)
{
    for (size_t at = 0; at < size; at += 2) {
        double w = exp(-log(1e4) * (double)(at % width) / (double)width), re = x[at];
        double im = x[at + 1];
        for (size_t t = 0; t < at / width % steps; t++) {
            double next = re * cos(w) - im * sin(w);
            im = re * sin(w) + im * cos(w);
            re = next;
        }
        y[at] = re;
        y[at + 1] = im;
    }
}
static void two_plain(const double *x, double *y) { plain_turn(x, y, 4, 2, 2); }
static void five_plain(const double *x, double *y) { plain_turn(x, y, 30, 5, 6); }
static void more_plain(const double *x, double *y) { plain_turn(x, y, 72, 3, 4); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = x[2] = 1;
    x[1] = x[3] = 0;
}

static Tensor *beside(Tensor *const *x) { return tensor_mul(x[0], tensor_rope(x[0])); }
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    plain_turn(x, y, 12, 3, 4);
    for (size_t i = 0; i < 12; i++)
        y[i] *= x[i];
}

/* As queries and keys are: x is itself a result, whose gradient has no buffer yet. */
static Tensor *made(Tensor *const *x) { return tensor_rope(tensor_scale(x[0], 2)); }
static void made_run(Trial *trial) { check_tensors(trial, made); }
static void made_plain(const double *x, double *y)
{
    double twice[24];
    for (size_t i = 0; i < 24; i++)
        twice[i] = 2 * x[i];
    plain_turn(twice, y, 24, 3, 4);
}

const Case check_cases[] = {
    {.name = "(1,0) at positions 0 and 1",
     .x = "x[2][2]",
     .y = "y[2][2]",
     .run = turned_run,
     .plain = two_plain,
     .draw = draw_worked},
    {.name = "five positions, three pairs, (1,5,6)",
     .x = "x[1][5][6]",
     .y = "y[1][5][6]",
     .run = turned_run,
     .plain = five_plain},
    {.name = "matrices, (2,3,3,4)",
     .x = "x[2][3][3][4]",
     .y = "y[2][3][3][4]",
     .run = turned_run,
     .plain = more_plain},
    {.name = "x times its turned self, (1,3,4)",
     .x = "x[1][3][4]",
     .y = "y[1][3][4]",
     .run = beside_run,
     .plain = beside_plain},
    {.name = "of 2 x, which is a result, (2,3,4)",
     .x = "x[2][3][4]",
     .y = "y[2][3][4]",
     .run = made_run,
     .plain = made_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
