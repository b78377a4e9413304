/* The check of 06-elementwise/dropout: the worked mask, an array with zeros in it, a mask whose
 * owner uses its array for something else before backward runs, one element used under two masks,
 * a rate of 0, and more elements. Every mask outlives its case: whoever keeps the pointer finds
 * something else there in that one case, and the same numbers at each run. */
#include "check.h"
#include "ops/ops.h"

#include <string.h>

static const bool masks[2][15] = {{1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1},
                                  {0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1}};

static Tensor *worked(Tensor *const *x)
{
    static const bool mask[3] = {true, false, true};
    return tensor_dropout(x[0], mask, (real)0.75);
}
static void worked_run(Trial *trial) { check_tensors(trial, worked); }
static void worked_plain(const double *x, double *y)
{
    y[0] = 4 * x[0];
    y[1] = 0;
    y[2] = 4 * x[2];
}
static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 3;
    x[1] = 5;
    x[2] = 7;
}

static Tensor *array(Tensor *const *x) { return tensor_dropout(x[0], masks[0], (real)0.375); }
static void array_run(Trial *trial) { check_tensors(trial, array); }
static void array_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 15; i++)
        y[i] = (masks[0][i] ? 1.6 : 0) * x[i];
}

/* Zeros that are kept, and one that is dropped: the result shows 0 for all of them. */
static void draw_array(Random *random, double *x)
{
    for (size_t i = 0; i < 15; i++)
        x[i] = i == 0 || i == 1 || i == 3 ? 0 : random_normal(random);
}

/* The owner of the mask turns it over as soon as the forward is done. */
static Tensor *reused(Tensor *const *x)
{
    static bool mask[7];
    memcpy(mask, masks[0], sizeof mask);
    Tensor *y = tensor_dropout(x[0], mask, (real)0.2);
    for (size_t i = 0; i < 7; i++)
        mask[i] = !mask[i];
    return y;
}
static void reused_run(Trial *trial) { check_tensors(trial, reused); }
static void reused_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 7; i++)
        y[i] = masks[0][i] ? x[i] / 0.8 : 0;
}

/* Two masks on one x, and one on top of the other. */
static Tensor *twice(Tensor *const *x)
{
    Tensor *y = tensor_dropout(x[0], masks[0], (real)0.5);
    return tensor_add(tensor_mul(y, x[0]), tensor_dropout(x[0], masks[1], (real)0.25));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 11; i++)
        y[i] = (masks[0][i] ? 2 * x[i] * x[i] : 0) + (masks[1][i] ? x[i] / 0.75 : 0);
}

static Tensor *nothing_dropped(Tensor *const *x)
{
    static const bool all[5] = {1, 1, 1, 1, 1};
    return tensor_dropout(x[0], all, 0);
}
static void nothing_dropped_run(Trial *trial) { check_tensors(trial, nothing_dropped); }
static void nothing_dropped_plain(const double *x, double *y) { memcpy(y, x, 5 * sizeof *y); }

/* 105 elements: a mask longer than a pointer, or than any array that was guessed. */
static bool kept_at(size_t i) { return i % 3 != 1 && i % 7 != 4; }
static Tensor *many(Tensor *const *x)
{
    static bool mask[105];
    for (size_t i = 0; i < 105; i++)
        mask[i] = kept_at(i);
    return tensor_dropout(x[0], mask, (real)0.25);
}
static void many_run(Trial *trial) { check_tensors(trial, many); }
static void many_plain(const double *x, double *y)
{
    for (size_t i = 0; i < 105; i++)
        y[i] = kept_at(i) ? x[i] / 0.75 : 0;
}

const Case check_cases[] = {
    {.name = "rate 0.75 of 3, 5, 7 by 1, 0, 1",
     .x = "x[3]",
     .y = "y[3]",
     .run = worked_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "rate 0.375 of (3,5)",
     .x = "x[3][5]",
     .y = "y[3][5]",
     .run = array_run,
     .plain = array_plain,
     .draw = draw_array},
    {.name = "a mask whose array is used again before backward",
     .x = "x[7]",
     .y = "y[7]",
     .run = reused_run,
     .plain = reused_plain},
    {.name = "two masks on one x",
     .x = "x[11]",
     .y = "y[11]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "rate 0",
     .x = "x[5]",
     .y = "y[5]",
     .run = nothing_dropped_run,
     .plain = nothing_dropped_plain},
    {.name = "rate 0.25 of (3,5,7)",
     .x = "x[3][5][7]",
     .y = "y[3][5][7]",
     .run = many_run,
     .plain = many_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
