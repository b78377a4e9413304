/* The check of 10-embeddings/hunt-scatter: the worked ids, every id once, repeats in two axes, and
 * a table that is read twice. */
#include "../learn/check.h"
#include "ops/ops.h"

static const int worked[3] = {2, 0, 2}, each[7] = {6, 0, 3, 5, 1, 4, 2};
static const int many[10] = {3, 0, 3, 6, 1, 0, 0, 6, 2, 3};

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
static void three_plain(const double *x, double *y) { plain_rows(x, 3, 2, worked, 3, y); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 6; i++)
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

const Case check_cases[] = {
    {.name = "ids [2,0,2] of a (3,2) table",
     .x = "E[3][2]",
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
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
