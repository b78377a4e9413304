/* The check of 10-embeddings/tied_head: the worked case, more than one batch axis, x held against
 * itself, a table that embeds too, constants, and operands that are results. */
#include "../learn/check.h"
#include "ops/ops.h"

static Tensor *head(Tensor *const *x) { return tensor_tied_head(x[0], x[1]); }
static void head_run(Trial *trial) { check_tensors(trial, head); }

static void plain_head(const double *x, const double *table, double *y, size_t rows, size_t symbols,
                       size_t width)
{
    for (size_t v = 0; v < symbols; v++)
        for (size_t n = 0; n < rows; n++) {
            y[n * symbols + v] = 0;
            for (size_t c = width; c-- > 0;)
                y[n * symbols + v] += table[v * width + c] * x[n * width + c];
        }
}
static void two_plain(const double *x, double *y) { plain_head(x, x + 2, y, 1, 2, 2); }
static void more_plain(const double *x, double *y) { plain_head(x, x + 30, y, 6, 7, 5); }
static void self_plain(const double *x, double *y) { plain_head(x, x, y, 3, 3, 5); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[6] = {1, 2, 1, 2, 3, 4};
    for (size_t i = 0; i < 6; i++)
        x[i] = worked[i];
}

static Tensor *self(Tensor *const *x) { return tensor_tied_head(x[0], x[0]); }
static void self_run(Trial *trial) { check_tensors(trial, self); }

static const int ids[4] = {3, 0, 3, 1};
static Tensor *tied(Tensor *const *x)
{
    return tensor_tied_head(tensor_embedding(x[0], ids, shape1(4)), x[0]);
}
static void tied_run(Trial *trial) { check_tensors(trial, tied); }
static void tied_plain(const double *x, double *y)
{
    for (size_t n = 0; n < 4; n++)
        plain_head(x + (size_t)ids[n] * 3, x, y + n * 5, 1, 5, 3);
}

/* One of the two is a constant, which wants no gradient. */
static const real fixed[15] = {1, 0, -1, (real)0.5, 2, (real)-0.25, 3, -2, (real)1.5, -3, 0, 2,
                               (real)0.75, 1, -1};
static void fixed_read(double *to)
{
    for (size_t i = 0; i < 15; i++)
        to[i] = (double)fixed[i];
}
static Tensor *given_x(Tensor *const *x)
{
    return tensor_tied_head(tensor_from(shape2(2, 3), fixed), x[0]);
}
static void given_x_run(Trial *trial) { check_tensors(trial, given_x); }
static void given_x_plain(const double *table, double *y)
{
    double x[15];
    fixed_read(x);
    plain_head(x, table, y, 2, 5, 3);
}
static Tensor *given_table(Tensor *const *x)
{
    return tensor_tied_head(x[0], tensor_from(shape2(5, 3), fixed));
}
static void given_table_run(Trial *trial) { check_tensors(trial, given_table); }
static void given_table_plain(const double *x, double *y)
{
    double table[15];
    fixed_read(table);
    plain_head(x, table, y, 4, 5, 3);
}

/* Both are results, whose gradients have no buffers yet: 2 x against 3 E. */
static Tensor *made(Tensor *const *x)
{
    return tensor_tied_head(tensor_scale(x[0], 2), tensor_scale(x[1], 3));
}
static void made_run(Trial *trial) { check_tensors(trial, made); }
static void made_plain(const double *x, double *y)
{
    plain_head(x, x + 15, y, 3, 7, 5);
    for (size_t i = 0; i < 21; i++)
        y[i] *= 6;
}

const Case check_cases[] = {
    {.name = "x = [1,2], E = [[1,2],[3,4]]",
     .x = "x[2] E[2][2]",
     .y = "y[2]",
     .run = head_run,
     .plain = two_plain,
     .draw = draw_worked},
    {.name = "(2,3,5) and a table of (7,5)",
     .x = "x[2][3][5] E[7][5]",
     .y = "y[2][3][7]",
     .run = head_run,
     .plain = more_plain},
    {.name = "x against itself",
     .x = "x[3][5]",
     .y = "y[3][3]",
     .run = self_run,
     .plain = self_plain},
    {.name = "a table that embeds ids [3,0,3,1] too",
     .x = "E[5][3]",
     .y = "y[4][5]",
     .run = tied_run,
     .plain = tied_plain},
    {.name = "x constant, a table of (5,3)",
     .x = "E[5][3]",
     .y = "y[2][5]",
     .run = given_x_run,
     .plain = given_x_plain},
    {.name = "x of (4,3), the table constant",
     .x = "x[4][3]",
     .y = "y[4][5]",
     .run = given_table_run,
     .plain = given_table_plain},
    {.name = "2 x against 3 E, which are results",
     .x = "x[3][5] E[7][5]",
     .y = "y[3][7]",
     .run = made_run,
     .plain = made_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
