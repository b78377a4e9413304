/* Chapter 20's program: what a training step keeps, counted in bytes, which are the same on every
 * machine. A block against the lesson's formula; a step against the number of layers, with every
 * gradient kept, with gradient buffers used again, and with activations made again; attention against
 * the length of the text; the head's logits whole and in chunks. Nothing is timed here: what memory
 * costs in time is for make bench ONLY=checkpointing.
 * Letters: B batch, T time, C width, H heads, L layers, V vocabulary. */
#include "../program.h"
#include "gpt2/gpt2.h"
#include "show/show.h"

enum { B = 2, T = 64, C = 32, H = 2, V = 97, DEPTHS = 7, LENGTHS = 6 };
static const size_t depths[DEPTHS] = {1, 2, 4, 8, 16, 32, 64};
static const size_t lengths[LENGTHS] = {64, 128, 256, 512, 1024, 2048};

static Gpt2 *model_make(size_t layers)
{
    const Config config = {.n_layer = layers, .n_head = H, .n_embd = C, .vocab_size = V,
                           .n_positions = T, .layer_norm_epsilon = 1e-5, .tanh_gelu = true,
                           .tied = true, .bias = true};
    return gpt2_make(&config, 20);
}

static Tensor *random_leaf(Shape shape)
{
    Random random = random_make(20, 0);
    Tensor *x = tensor_new(shape);
    for (size_t i = 0; i < x->size; i++)
        x->data[i] = (real)random_normal(&random);
    tensor_want_grad(x);
    return x;
}

/* ---- a block ----------------------------------------------------------------------------------- */
/* What attention keeps beside its result. */
static size_t attention_bytes(void)
{
    TapeMark mark = tape_mark();
    Tensor *qkv = random_leaf(shape3(B, T, 3 * C));
    size_t before = tape_used();
    const Tensor *y = tensor_attention(qkv, H);
    size_t bytes = tape_used() - before - y->size * sizeof(real);
    tape_release(mark);
    return bytes;
}

static void show_block(void)
{
    Gpt2 *model = model_make(1);
    TapeMark mark = tape_mark();
    Tensor *x = random_leaf(shape3(B, T, C));
    size_t before = tape_used(), nodes = tape_length();
    block_forward(&model->blocks[0], x, NULL, 0);
    size_t measured = tape_used() - before, results = tape_length() - nodes;
    size_t formula = (18 * B * T * C + 4 * B * T) * sizeof(real), own = attention_bytes();
    printf("a block, B %d, T %d, C %d, H %d: %zu bytes on the tape\n", B, T, C, H, measured);
    printf("  18 BTC + 4 BT numbers of %zu bytes: %zu; attention's own: %zu; left for %zu results, "
           "%zu bytes each: %zu\n", sizeof(real), formula, own, results,
           (measured - formula - own) / results, measured - formula - own);
    tape_release(mark);
    gpt2_free(model);
}

/* ---- a step, against the layers ---------------------------------------------------------------- */
/* The most that is alive in forward and backward; with every gradient of a result kept if asked. */
static double step_megabytes(size_t layers, size_t segment, bool keep_gradients)
{
    Gpt2 *model = model_make(layers);
    int ids[B * T + 1];
    for (int i = 0; i <= B * T; i++)
        ids[i] = (i * i + 7 * i) % V;
    gpt2_set_segment(model, segment);
    tape_free();
    Tensor *loss = gpt2_loss(model, ids, ids + 1, B, T, NULL, 0);
    for (Tensor *node = loss; keep_gradients && node != NULL; node = node->previous)
        tensor_retain_grad(node);
    tensor_backward(loss);
    double megabytes = 1e-6 * (double)tape_peak();
    tape_free();
    gpt2_free(model);
    return megabytes;
}

static void show_depths(const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "layers gradients_kept activations_kept every_root every_block"));
    printf("\na step of GPT-2, megabytes at most\n%8s %16s %18s %12s %12s\n", "layers",
           "gradients kept", "activations kept", "every root", "every block");
    for (int i = 0; i < DEPTHS; i++) {
        Config config = {.n_layer = depths[i]};
        double row[5] = {(double)depths[i], step_megabytes(depths[i], 0, true),
                         step_megabytes(depths[i], 0, false),
                         step_megabytes(depths[i], gpt2_segment_default(&config), false),
                         step_megabytes(depths[i], 1, false)};
        printf("%8zu %16.2f %18.2f %12.2f %12.2f\n", depths[i], row[1], row[2], row[3], row[4]);
        exit_if(tsv_row(&log, 5, row));
    }
    exit_if(tsv_close(&log));
}

/* ---- attention, against the length ------------------------------------------------------------- */
static Tensor *third(Tensor *qkv, size_t which)
{
    return tensor_split_heads(tensor_slice(qkv, -1, which * C, (which + 1) * C), H);
}

static Tensor *composed(Tensor *qkv, size_t length)
{
    Tensor *scores = tensor_scores(third(qkv, 0), third(qkv, 1));
    scores = tensor_mask(scores, mask_causal(length, length), 1);
    return tensor_merge_heads(tensor_mix(tensor_softmax(scores), third(qkv, 2)));
}

/* Forward and backward over one text, beyond queries, keys, values and their gradient. */
static double attention_megabytes(size_t length, bool fused)
{
    tape_free();
    Tensor *qkv = random_leaf(shape3(1, length, 3 * C));
    size_t before = tape_used();
    tensor_backward_from(fused ? tensor_attention(qkv, H) : composed(qkv, length), qkv->data);
    double megabytes = 1e-6 * (double)(tape_peak() - before);
    tape_free();
    return megabytes;
}

static void show_lengths(const char *path)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "length", "length composed fused"));
    printf("\nattention of 2 heads of 16, forward and backward, megabytes at most\n%8s %12s %12s\n",
           "length", "composed", "fused");
    for (int i = 0; i < LENGTHS; i++) {
        double row[3] = {(double)lengths[i], attention_megabytes(lengths[i], false),
                         attention_megabytes(lengths[i], true)};
        printf("%8zu %12.2f %12.2f\n", lengths[i], row[1], row[2]);
        exit_if(tsv_row(&log, 3, row));
    }
    exit_if(tsv_close(&log));
}

/* ---- the head ---------------------------------------------------------------------------------- */
static double head_megabytes(const int *targets, size_t rows, size_t classes, bool chunks)
{
    tape_free();
    Tensor *x = random_leaf(shape2(rows, C)), *table = random_leaf(shape2(classes, C));
    size_t before = tape_used();
    tensor_backward(chunks ? tensor_head_cross_entropy(x, table, targets)
                           : tensor_softmax_cross_entropy(tensor_tied_head(x, table), targets));
    double megabytes = 1e-6 * (double)(tape_peak() - before);
    tape_free();
    return megabytes;
}

static void show_head(void)
{
    enum { ROWS = 4096, CLASSES = 1000 };
    static int targets[ROWS];
    for (int i = 0; i < ROWS; i++)
        targets[i] = (i * i + 3) % CLASSES;
    printf("\nthe head and its loss over %d classes, megabytes at most\n%8s %12s %12s\n", CLASSES,
           "rows", "whole", "in chunks");
    for (size_t rows = 512; rows <= ROWS; rows *= 2)
        printf("%8zu %12.2f %12.2f\n", rows, head_megabytes(targets, rows, CLASSES, false),
               head_megabytes(targets, rows, CLASSES, true));
}

int main(int argc, char **argv)
{
    const char *path = program_tsv(argc, argv, "build/plots/20-memory.tsv");
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    exit_if(folder_make("build/plots"));
    show_block();
    show_depths(path);
    show_lengths(path);
    show_head();
    exit_if_unwritten();
    return 0;
}
