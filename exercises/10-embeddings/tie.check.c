/* The check of 10-embeddings/tie: the worked id, repeats, ids that the caller changes, a table that
 * is used beside, and one that is a result. */
#include "../learn/check.h"
#include "../10-embeddings/tie.h"
#include "ops/ops.h"

static const int zero[1] = {0}, some[4] = {3, 0, 3, 1}, others[5] = {6, 2, 2, 0, 2};

static void plain_tie(const double *table, const int *ids, size_t count, double *y, size_t symbols,
                      size_t width)
{
    for (size_t n = 0; n < count; n++)
        for (size_t v = 0; v < symbols; v++) {
            y[n * symbols + v] = 0;
            for (size_t c = width; c-- > 0;)
                y[n * symbols + v] += table[v * width + c] * table[(size_t)ids[n] * width + c];
        }
}

static Tensor *worked(Tensor *const *x) { return tensor_tie(x[0], zero, 1); }
static void worked_run(Trial *trial) { check_tensors(trial, worked); }
static void worked_plain(const double *x, double *y) { plain_tie(x, zero, 1, y, 2, 2); }
static void draw_worked(Random *random, double *x)
{
    (void)random;
    for (size_t i = 0; i < 4; i++)
        x[i] = (double)i + 1;
}

static Tensor *repeats(Tensor *const *x) { return tensor_tie(x[0], some, 4); }
static void repeats_run(Trial *trial) { check_tensors(trial, repeats); }
static void repeats_plain(const double *x, double *y) { plain_tie(x, some, 4, y, 5, 3); }

/* The ids are lent, and overwritten before the backward. */
static Tensor *lent(Tensor *const *x)
{
    static int ids[5];
    for (size_t n = 0; n < 5; n++)
        ids[n] = others[n];
    Tensor *out = tensor_tie(x[0], ids, 5);
    for (size_t n = 0; n < 5; n++)
        ids[n] = 1;
    return out;
}
static void lent_run(Trial *trial) { check_tensors(trial, lent); }
static void lent_plain(const double *x, double *y) { plain_tie(x, others, 5, y, 7, 2); }

/* Every logit times the sum of the table: a third use of it. */
static Tensor *beside(Tensor *const *x)
{
    return tensor_mul(tensor_tie(x[0], some, 4), tensor_sum(x[0], ALL_AXES));
}
static void beside_run(Trial *trial) { check_tensors(trial, beside); }
static void beside_plain(const double *x, double *y)
{
    double sum = 0;
    for (size_t i = 0; i < 15; i++)
        sum += x[i];
    plain_tie(x, some, 4, y, 5, 3);
    for (size_t i = 0; i < 20; i++)
        y[i] *= sum;
}

/* A table that is itself a result, whose gradient has no buffer yet. */
static Tensor *made(Tensor *const *x) { return tensor_tie(tensor_scale(x[0], 2), some, 4); }
static void made_run(Trial *trial) { check_tensors(trial, made); }
static void made_plain(const double *x, double *y)
{
    plain_tie(x, some, 4, y, 7, 3);
    for (size_t i = 0; i < 28; i++)
        y[i] *= 4;
}

const Case check_cases[] = {
    {.name = "E = [[1,2],[3,4]], id 0",
     .x = "E[2][2]",
     .y = "y[1][2]",
     .run = worked_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "ids [3,0,3,1] and (5,3)",
     .x = "E[5][3]",
     .y = "y[4][5]",
     .run = repeats_run,
     .plain = repeats_plain},
    {.name = "ids gone when backward runs, (7,2)",
     .x = "E[7][2]",
     .y = "y[5][7]",
     .run = lent_run,
     .plain = lent_plain},
    {.name = "logits times the sum of the table",
     .x = "E[5][3]",
     .y = "y[4][5]",
     .run = beside_run,
     .plain = beside_plain},
    {.name = "of 2 E, a table that is a result",
     .x = "E[7][3]",
     .y = "y[4][7]",
     .run = made_run,
     .plain = made_plain},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
