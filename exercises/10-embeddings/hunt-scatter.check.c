/* The check of 10-embeddings/hunt-scatter: the worked ids, every id once, repeats in two axes, a
 * table that is read twice, one id alone, a table that is a result. */
#include "../learn/check.h"
#include "ops/ops.h"

static const int worked[3] = {2, 0, 2}, each[7] = {6, 0, 3, 5, 1, 4, 2};
static const int many[10] = {3, 0, 3, 6, 1, 0, 0, 6, 2, 3};
static const int same[11] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

/* The product of one-hot rows with a table. */
static void plain_rows(const double *table, size_t rows, size_t width, const int *ids, size_t count,
                       double *y)
{
    for (size_t n = 0; n < count; n++)
        for (size_t c = 0; c < width; c++) {
            y[n * width + c] = 0;
            for (size_t v = 0; v < rows; v++)
                y[n * width + c] += (double)((size_t)ids[n] == v) * table[v * width + c];
        }
}

static Tensor *three(Tensor *const *x) { return tensor_embedding(x[0], worked, shape1(3)); }
static void three_run(Trial *trial) { check_tensors(trial, three); }
static void three_plain(const double *x, double *y) { plain_rows(x, 4, 2, worked, 3, y); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 8; i++)
        x[i] = (double)i + 1;
}

static Tensor *all(Tensor *const *x) { return tensor_embedding(x[0], each, shape1(7)); }
static void all_run(Trial *trial) { check_tensors(trial, all); }
static void all_plain(const double *x, double *y) { plain_rows(x, 7, 3, each, 7, y); }

static Tensor *table(Tensor *const *x) { return tensor_embedding(x[0], many, shape2(2, 5)); }
static void table_run(Trial *trial) { check_tensors(trial, table); }
static void table_plain(const double *x, double *y) { plain_rows(x, 7, 3, many, 10, y); }

/* The same table read by two lists of ids: E[ids] * E[others]. */
static Tensor *twice(Tensor *const *x)
{
    return tensor_mul(tensor_embedding(x[0], many, shape1(5)),
                      tensor_embedding(x[0], many + 5, shape1(5)));
}
static void twice_run(Trial *trial) { check_tensors(trial, twice); }
static void twice_plain(const double *x, double *y)
{
    double other[15];
    plain_rows(x, 7, 3, many, 5, y);
    plain_rows(x, 7, 3, many + 5, 5, other);
    for (size_t i = 0; i < 15; i++)
        y[i] *= other[i];
}

/* Eleven times one id; and a table that is itself a result, whose gradient has no buffer yet. */
static Tensor *alone(Tensor *const *x) { return tensor_embedding(x[0], same, shape1(11)); }
static void alone_run(Trial *trial) { check_tensors(trial, alone); }
static void alone_plain(const double *x, double *y) { plain_rows(x, 5, 2, same, 11, y); }
static Tensor *made(Tensor *const *x)
{
    return tensor_embedding(tensor_scale(x[0], 2), worked, shape1(3));
}
static void made_run(Trial *trial) { check_tensors(trial, made); }
static void made_plain(const double *x, double *y)
{
    plain_rows(x, 5, 3, worked, 3, y);
    for (size_t i = 0; i < 9; i++)
        y[i] *= 2;
}

const Case check_cases[] = {
    {.name = "ids [2,0,2] of a (4,2) table",
     .x = "E[4][2]",
     .y = "y[3][2]",
     .run = three_run,
     .plain = three_plain,
     .draw = draw_worked},
    {.name = "every id once", .x = "E[7][3]", .y = "y[7][3]", .run = all_run, .plain = all_plain},
    {.name = "ids of (2,5), which repeat",
     .x = "E[7][3]",
     .y = "y[2][5][3]",
     .run = table_run,
     .plain = table_plain},
    {.name = "one table read twice, a product",
     .x = "E[7][3]",
     .y = "y[5][3]",
     .run = twice_run,
     .plain = twice_plain},
    {.name = "eleven times the id 2",
     .x = "E[5][2]",
     .y = "y[11][2]",
     .run = alone_run,
     .plain = alone_plain},
    {.name = "of 2 E, a table that is a result",
     .x = "E[5][3]",
     .y = "y[3][3]",
     .run = made_run,
     .plain = made_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
