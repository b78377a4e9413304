/* How large a gradient is at each depth of a stack of blocks, before any training: with a residual
 * around each branch and the norm inside (pre-norm), with the norm on the road (post-norm), with the
 * norms but no residuals, and with neither. The gradient enters at the top with size 1 and is
 * measured where it leaves each block, at the block's input. At the bottom it is also compared with
 * the gradient at the top: the cosine says how much of that has arrived as it was.
 * Columns: depth (1 is the lowest block, nearest the input), pre_norm, post_norm, norm_only, neither:
 * the root of the mean square of the gradient's elements, by that of the gradient at the top. */
#include "nn/nn.h"
#include "show/show.h"

enum { BLOCKS = 24, WIDTH = 32, HEADS = 4, BATCH = 2, TIME = 16 };
typedef enum { PRE_NORM, POST_NORM, NORM_ONLY, NEITHER, KINDS } Kind;

/* Without residuals, the two branches stand in a row, with nothing around them. */
static Tensor *block_of_kind(Kind kind, const Block *block, Tensor *x)
{
    if (kind == PRE_NORM || kind == POST_NORM)
        return block_forward(block, x, NULL, 0);
    x = kind == NORM_ONLY ? layer_norm_forward(&block->norm1, x) : x;
    x = attention_forward(&block->attention, x);
    x = kind == NORM_ONLY ? layer_norm_forward(&block->norm2, x) : x;
    return feed_forward(&block->mlp, x);
}

static double root_mean_square(const real *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum / (double)count);
}

static double cosine(const real *a, const real *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum / ((double)count * root_mean_square(a, count) * root_mean_square(b, count));
}

/* sizes[i]: the gradient at the input of block i, by the gradient at the top. Returns the cosine of
 * the gradients at the bottom and at the top. */
static double measure(Kind kind, uint64_t seed, double sizes[BLOCKS])
{
    const BlockSettings settings = {.width = WIDTH, .heads = HEADS, .epsilon = (real)1e-5,
                                    .bias = true, .post_norm = kind == POST_NORM};
    Parameters parameters = {NULL, 0, 0};
    Random weights = random_make(seed, 0), data = random_make(seed, 1);
    TapeMark mark = tape_mark();
    Tensor *bottom = tensor_new(shape3(BATCH, TIME, WIDTH)), *x = bottom, *inputs[BLOCKS];
    parameter_normal(bottom, &data, 1);
    tensor_want_grad(bottom);
    for (int i = 0; i < BLOCKS; i++) {
        char name[PARAMETER_NAME_MAX];
        snprintf(name, sizeof name, "block.%d", i);
        Block block = block_make(&parameters, name, settings, &weights);
        inputs[i] = x;
        tensor_retain_grad(x);
        x = block_of_kind(kind, &block, x);
    }
    Tensor *upstream = tensor_new(x->shape);
    parameter_normal(upstream, &data, 1);
    tensor_backward_from(x, upstream->data);
    double top = root_mean_square(upstream->data, upstream->size);
    for (int i = 0; i < BLOCKS; i++)
        sizes[i] = root_mean_square(inputs[i]->grad, inputs[i]->size) / top;
    double alike = cosine(bottom->grad, upstream->data, upstream->size);
    parameters_free(&parameters);
    tape_release(mark);
    return alike;
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/13-transformer-depth.tsv";
    uint64_t seed = 13;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the table goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of the weights and the data"}};
    options_parse(argc, argv, "Measures gradients at each depth of a stack of blocks.", options, 2);
    TsvLog log;
    double sizes[KINDS][BLOCKS], alike[KINDS];
    for (int kind = 0; kind < KINDS; kind++)
        alike[kind] = measure((Kind)kind, seed, sizes[kind]);
    exit_if(tsv_create(&log, path, "depth pre_norm post_norm norm_only neither"));
    for (int i = 0; i < BLOCKS; i++)
        exit_if(tsv_row(&log, 5, (double[]){i + 1, sizes[PRE_NORM][i], sizes[POST_NORM][i],
                                            sizes[NORM_ONLY][i], sizes[NEITHER][i]}));
    exit_if(tsv_close(&log));
    const char *names[KINDS] = {"residuals, the norms inside the branches",
                                "residuals, the norms on the road", "norms, no residuals", "neither"};
    printf("a gradient of size 1 at the top of %d blocks, at the bottom:\n", BLOCKS);
    for (int kind = 0; kind < KINDS; kind++)
        printf("  size %7.2g, cosine with the top %5.2f  %s\n", sizes[kind][0], alike[kind],
               names[kind]);
    tape_free();
    gemm_free_buffers();
    return 0;
}
