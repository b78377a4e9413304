/* What forward and backward cost, in seconds on this machine: each operation's backward beside its
 * forward, and the gradient of a matrix product by a vector-Jacobian product beside its Jacobian.
 *
 * One thread. The least of many rounds is taken: what else runs on the machine can only add time.
 * Sizes are such that a round takes a millisecond or so, less than a busy machine gives at a time.
 * Three tables -costs: of this chapter's operations (with add, mul and exp beside them), of chapter
 * 06's others, and of those of 08 to 10; each has a column for an operation and two rows, milliseconds
 * of forward (where backward is 0) and of backward (1). -jacobian has, for the product of two n by n
 * matrices, the bytes of dC/dA and of dA, and the seconds that each way to dA takes. A Jacobian beyond
 * n = 64 is not made: its seconds are those at 64 times (n/64)^4. */
#include "ops/ops.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 99, OPERANDS = 3, ROWS = 512, MOST = ROWS * ROWS };

/* ---- the operations ---- */
static Tensor *add(Tensor **x) { return tensor_add(x[0], x[1]); }
static Tensor *mul(Tensor **x) { return tensor_mul(x[0], x[1]); }
static Tensor *exponential(Tensor **x) { return tensor_exp(x[0]); }
static Tensor *matmul(Tensor **x) { return tensor_matmul(x[0], x[1]); }
static Tensor *linear(Tensor **x) { return tensor_linear(x[0], x[1], NULL); }
static Tensor *sum_rows(Tensor **x) { return tensor_sum(x[0], 0); }
static Tensor *sum_columns(Tensor **x) { return tensor_sum(x[0], 1); }
static Tensor *mean_rows(Tensor **x) { return tensor_mean(x[0], 0); }
static Tensor *mean_columns(Tensor **x) { return tensor_mean(x[0], 1); }
static Tensor *transpose(Tensor **x) { return tensor_transpose(x[0]); }
static Tensor *permute(Tensor **x) { return tensor_permute(x[0], (int[]){0, 2, 1, 3}); }
static Tensor *reshape(Tensor **x) { return tensor_reshape(x[0], shape2(256, 1024)); }
static Tensor *slice(Tensor **x) { return tensor_slice(x[0], 1, 128, 384); }
static Tensor *concat(Tensor **x) { return tensor_concat(x, 2, 1); }

static Tensor *sub(Tensor **x) { return tensor_sub(x[0], x[1]); }
static Tensor *scale(Tensor **x) { return tensor_scale(x[0], 3); }
static Tensor *divide(Tensor **x) { return tensor_div(x[0], x[1]); }
static Tensor *logarithm(Tensor **x) { return tensor_log(x[0]); }
static Tensor *hyperbolic(Tensor **x) { return tensor_tanh(x[0]); }
static Tensor *sigmoid(Tensor **x) { return tensor_sigmoid(x[0]); }
static Tensor *relu(Tensor **x) { return tensor_relu(x[0]); }
static Tensor *gelu(Tensor **x) { return tensor_gelu(x[0]); }
static Tensor *gelu_tanh(Tensor **x) { return tensor_gelu_tanh(x[0]); }
static Tensor *silu(Tensor **x) { return tensor_silu(x[0]); }
static Tensor *softmax(Tensor **x) { return tensor_softmax(x[0]); }
static Tensor *log_softmax(Tensor **x) { return tensor_log_softmax(x[0]); }
static Tensor *layer_norm(Tensor **x) { return tensor_layer_norm(x[0], x[1], x[2], (real)1e-5); }
static Tensor *rms_norm(Tensor **x) { return tensor_rms_norm(x[0], x[1], (real)1e-5); }
static Tensor *tied_head(Tensor **x) { return tensor_tied_head(x[0], x[1]); }
static Tensor *rope(Tensor **x) { return tensor_rope(x[0]); }

/* What some operations are told beside their operands: row r's id or target, and a mask. */
static int ids[ROWS];
static bool kept[MOST];

static Tensor *dropout(Tensor **x) { return tensor_dropout(x[0], kept, (real)0.5); }
static Tensor *cross_entropy(Tensor **x) { return tensor_cross_entropy(x[0], ids); }
static Tensor *fused_loss(Tensor **x) { return tensor_softmax_cross_entropy(x[0], ids); }
static Tensor *embedding(Tensor **x) { return tensor_embedding(x[0], ids, shape1(ROWS)); }

static void ids_and_mask(void)
{
    Random random = random_make(7, 6);
    for (size_t i = 0; i < ROWS; i++)
        ids[i] = (int)(random_uniform(&random) * ROWS);
    for (size_t i = 0; i < MOST; i++)
        kept[i] = random_uniform(&random) < 0.5;
}

/* `name` is the table's column, `op` what the tape calls the operation. */
typedef struct {
    const char *name, *op;
    Tensor *(*run)(Tensor **x);
    int n;
    Shape in[OPERANDS];
} Operation;

static const Operation own[] = {
    {"matmul", "matmul", matmul, 2, {{2, {256, 256}}, {2, {256, 256}}}},
    {"matmul_batched", "matmul", matmul, 2, {{3, {8, 128, 128}}, {3, {8, 128, 128}}}},
    {"linear", "linear", linear, 2, {{3, {4, 64, 256}}, {2, {256, 256}}}},
    {"add", "add", add, 2, {{2, {512, 512}}, {2, {512, 512}}}},
    {"mul", "mul", mul, 2, {{2, {512, 512}}, {2, {512, 512}}}},
    {"exp", "exp", exponential, 1, {{2, {512, 512}}}},
    {"sum_axis_0", "sum", sum_rows, 1, {{2, {512, 512}}}},
    {"sum_axis_1", "sum", sum_columns, 1, {{2, {512, 512}}}},
    {"mean_axis_0", "mean", mean_rows, 1, {{2, {512, 512}}}},
    {"mean_axis_1", "mean", mean_columns, 1, {{2, {512, 512}}}},
    {"transpose", "transpose", transpose, 1, {{2, {512, 512}}}},
    {"permute", "permute", permute, 1, {{4, {8, 64, 8, 64}}}},
    {"reshape", "reshape", reshape, 1, {{2, {512, 512}}}},
    {"slice", "slice", slice, 1, {{2, {512, 512}}}},
    {"concat", "concat", concat, 2, {{2, {512, 256}}, {2, {512, 256}}}}};

static const Operation elementwise[] = {
    {"sub", "sub", sub, 2, {{2, {512, 512}}, {2, {512, 512}}}},
    {"scale", "scale", scale, 1, {{2, {512, 512}}}},
    {"div", "div", divide, 2, {{2, {512, 512}}, {2, {512, 512}}}},
    {"log", "log", logarithm, 1, {{2, {512, 512}}}},
    {"tanh", "tanh", hyperbolic, 1, {{2, {512, 512}}}},
    {"sigmoid", "sigmoid", sigmoid, 1, {{2, {512, 512}}}},
    {"relu", "relu", relu, 1, {{2, {512, 512}}}},
    {"gelu", "gelu", gelu, 1, {{2, {512, 512}}}},
    {"gelu_tanh", "gelu_tanh", gelu_tanh, 1, {{2, {512, 512}}}},
    {"silu", "silu", silu, 1, {{2, {512, 512}}}},
    {"dropout", "dropout", dropout, 1, {{2, {512, 512}}}}};

static const Operation rows[] = {
    {"softmax", "softmax", softmax, 1, {{2, {512, 512}}}},
    {"log_softmax", "log_softmax", log_softmax, 1, {{2, {512, 512}}}},
    {"cross_entropy", "cross_entropy", cross_entropy, 1, {{2, {512, 512}}}},
    {"softmax_cross_entropy", "softmax_cross_entropy", fused_loss, 1, {{2, {512, 512}}}},
    {"layer_norm", "layer_norm", layer_norm, 3, {{2, {512, 512}}, {1, {512}}, {1, {512}}}},
    {"rms_norm", "rms_norm", rms_norm, 2, {{2, {512, 512}}, {1, {512}}}},
    {"embedding", "embedding", embedding, 1, {{2, {512, 512}}}},
    {"tied_head", "tied_head", tied_head, 2, {{2, {256, 256}}, {2, {256, 256}}}},
    {"rope", "rope", rope, 1, {{3, {8, 64, 512}}}}};

/* ---- forward and backward ---- */

/* What the profile has counted for `op` so far. */
static void seconds_so_far(const char *op, double seconds[2])
{
    const char *what;
    double found[2];
    seconds[0] = seconds[1] = 0;
    for (int i = 0; profile_line(i, &what, found); i++)
        if (strcmp(what, op) == 0)
            memcpy(seconds, found, sizeof found);
}

/* One forward and one backward. The operands are results, as they mostly are inside a network:
 * their gradients' memory is taken and given back in each round. What made them is another
 * operation than the timed one, or its backward would be counted with it. */
static void round_run(const Operation *o, Tensor *const *leaves, const real *upstream,
                      double seconds[2])
{
    double before[2];
    Tensor *x[OPERANDS];
    TapeMark mark = tape_mark();
    for (int k = 0; k < o->n; k++) {
        tensor_zero_grad(leaves[k]);
        x[k] = strcmp(o->op, "scale") == 0 ? tensor_exp(leaves[k]) : tensor_scale(leaves[k], 1);
    }
    seconds_so_far(o->op, before);
    profile_set(true);
    tensor_backward_from(o->run(x), upstream);
    profile_set(false);
    seconds_so_far(o->op, seconds);
    for (int pass = 0; pass < 2; pass++)
        seconds[pass] -= before[pass];
    tape_release(mark);
}

static void operation_time(const Operation *o, Spread spread[2])
{
    double times[2][ROUNDS], seconds[2];
    Tensor *leaves[OPERANDS];
    Random random = random_make(7, 4);
    real *upstream = memory_alloc(MOST * sizeof *upstream);
    for (size_t i = 0; i < MOST; i++)
        upstream[i] = (real)random_uniform(&random);
    for (int k = 0; k < o->n; k++) {
        leaves[k] = tensor_parameter(o->in[k]);
        for (size_t i = 0; i < leaves[k]->size; i++)
            leaves[k]->data[i] = (real)random_uniform(&random);
    }
    for (int round = -2; round < ROUNDS; round++) { /* two to warm up */
        round_run(o, leaves, upstream, seconds);
        for (int pass = 0; pass < 2 && round >= 0; pass++)
            times[pass][round] = seconds[pass];
    }
    for (int pass = 0; pass < 2; pass++)
        spread[pass] = spread_of(times[pass], ROUNDS);
    for (int k = 0; k < o->n; k++)
        tensor_free(leaves[k]);
    free(upstream);
}

static void table_create(TsvLog *log, const char *folder, const char *chapter, const char *what,
                         const char *columns)
{
    char *path = text_format("%s/%s-%s.tsv", folder, chapter, what);
    exit_if(tsv_create(log, path, columns));
    free(path);
}

static void operations_time(const Operation *operations, size_t count, const char *folder,
                            const char *chapter)
{
    enum { COLUMNS_MOST = 32 };
    require(count < COLUMNS_MOST, "expected fewer than %d operations", COLUMNS_MOST);
    double row[2][COLUMNS_MOST] = {{0}, {1}};
    char *names = text_format("backward");
    for (size_t i = 0; i < count; i++) {
        Spread spread[2];
        operation_time(&operations[i], spread);
        for (int pass = 0; pass < 2; pass++)
            row[pass][1 + i] = 1000 * spread[pass].low;
        printf("  %-21s %8.4f (%8.4f)   %8.4f (%8.4f)   %6.2f\n", operations[i].name, row[0][1 + i],
               1000 * spread[0].middle, row[1][1 + i], 1000 * spread[1].middle,
               row[1][1 + i] / row[0][1 + i]);
        char *longer = text_format("%s %s", names, operations[i].name);
        free(names);
        names = longer;
    }
    TsvLog log;
    table_create(&log, folder, chapter, "costs", names);
    for (int pass = 0; pass < 2; pass++)
        exit_if(tsv_row(&log, 1 + count, row[pass]));
    exit_if(tsv_close(&log));
    free(names);
}

/* ---- the Jacobian ---- */
enum { TRIES = 15, JACOBIAN_MOST = 64 }; /* 64^4 doubles are 134 MB */

/* dA through the whole Jacobian: row (m,p) of it has dC_mp/dA_ik = [i = m] B_kp for all i and k. */
static void through_jacobian(size_t n, const real *b, const real *dc, real *jacobian, real *da)
{
    size_t elements = n * n;
    for (size_t row = 0; row < elements; row++)
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < n; k++)
                jacobian[row * elements + i * n + k] = i == row / n ? b[k * n + row % n] : 0;
    memset(da, 0, elements * sizeof *da);
    for (size_t row = 0; row < elements; row++)
        for (size_t column = 0; column < elements; column++)
            da[column] += dc[row] * jacobian[row * elements + column];
}

static double seconds_of_jacobian(size_t n, const real *b, const real *dc, real *da)
{
    real *jacobian = memory_alloc(n * n * n * n * sizeof *jacobian);
    memset(jacobian, 0, n * n * n * n * sizeof *jacobian); /* now the system has given its pages */
    double best = INFINITY;
    for (int round = 0; round < TRIES; round++) {
        double begin = seconds_now();
        through_jacobian(n, b, dc, jacobian, da);
        best = fmin(best, seconds_now() - begin);
    }
    free(jacobian);
    return best;
}

/* Repeated within a round until the clock can see it. */
static double seconds_of_vjp(size_t n, const real *b, const real *dc, real *da)
{
    size_t repeats = 1 + 2000000 / (n * n * n);
    double best = INFINITY;
    for (int round = 0; round < TRIES; round++) {
        double begin = seconds_now();
        for (size_t i = 0; i < repeats; i++)
            gemm(false, true, n, n, n, 1, dc, n, b, n, false, da, n);
        best = fmin(best, (seconds_now() - begin) / (double)repeats);
    }
    return best;
}

static void product_time(size_t n, double row[5])
{
    Random random = random_make(7, 5);
    size_t elements = n * n;
    real *b = memory_alloc(4 * elements * sizeof *b), *dc = b + elements, *da = dc + elements,
         *other = da + elements;
    for (size_t i = 0; i < 2 * elements; i++)
        b[i] = (real)random_normal(&random);
    row[0] = (double)n;
    row[1] = 8.0 * (double)elements * (double)elements;
    row[2] = 8.0 * (double)elements;
    row[3] = n <= JACOBIAN_MOST ? seconds_of_jacobian(n, b, dc, other) : (double)NAN;
    row[4] = seconds_of_vjp(n, b, dc, da);
    double worst = 0;
    for (size_t i = 0; i < elements && n <= JACOBIAN_MOST; i++)
        worst = fmax(worst, gate_error((double)da[i], (double)other[i]));
    require(worst <= 1e-9, "the two ways to dA differ by %g", worst);
    free(b);
}

static void jacobians_time(const char *folder)
{
    static const size_t sizes[] = {2, 4, 8, 16, 32, 64, 128, 256, 512, 1000};
    TsvLog log;
    table_create(&log, folder, "07-linear-algebra", "jacobian",
                 "n jacobian_bytes vjp_bytes jacobian_seconds vjp_seconds");
    printf("\ndA of C = A B, all n by n: through dC/dA, or as dC B^T; seconds: the least of %d\n",
           TRIES);
    printf("  %5s %15s %15s %18s %15s\n", "n", "Jacobian bytes", "dA bytes", "Jacobian seconds",
           "VJP seconds");
    double largest = 0, row[5];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        product_time(sizes[i], row);
        bool made = sizes[i] <= JACOBIAN_MOST;
        largest = made ? row[3] : largest;
        row[3] = made ? row[3] : largest * pow(row[0] / JACOBIAN_MOST, 4);
        printf("  %5zu %15.2e %15.2e %11.2e %6s %15.2e\n", sizes[i], row[1], row[2], row[3],
               made ? "" : "by n^4", row[4]);
        exit_if(tsv_row(&log, 5, row));
    }
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    const char *folder = "build/plots";
    const Option options[] = {{"folder", OPTION_TEXT, &folder, 0, 0, "where the tables go"}};
    options_parse(argc, argv, "Times each operation's backward, and a Jacobian against a VJP.",
                  options, 1);
    threads_set(1);
    ids_and_mask();
    printf("milliseconds, the least of %d rounds (and their median), one thread\n", ROUNDS);
    printf("  %-21s %-21s %-21s %s\n", "", "forward", "backward", "ratio");
    operations_time(elementwise, sizeof elementwise / sizeof *elementwise, folder, "06-elementwise");
    operations_time(own, sizeof own / sizeof *own, folder, "07-linear-algebra");
    operations_time(rows, sizeof rows / sizeof *rows, folder, "10-embeddings");
    jacobians_time(folder);
    tape_free();
    gemm_free_buffers();
    return 0;
}
