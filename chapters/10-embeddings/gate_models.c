/* The rows of two language models, the bigram's table and an n-gram with a tied head: the loss
 * against plain sums, and its gradient. */
#include "gate.h"

enum { V = 7, C = 3, N = 2, HIDDEN = 5, WINDOWS = 6 };
static const int windows[WINDOWS * N] = {3, 0, 0, 3, 3, 3, 6, 1, 1, 6, 3, 0}; /* ids repeat */
static const int targets[WINDOWS] = {3, 3, 6, IGNORED, 0, 1};

/* The mean loss over the targets that count, from logits. */
static real plain_loss(const real *logits)
{
    real loss = 0;
    int counted = 0;
    for (size_t n = 0; n < WINDOWS; n++) {
        real sum = 0;
        for (size_t v = 0; v < V; v++)
            sum += exp(logits[n * V + v]);
        if (targets[n] != IGNORED)
            loss += log(sum) - logits[n * V + (size_t)targets[n]], counted++;
    }
    return loss / (real)counted;
}

/* Bigram: row v of a (V,V) table holds the logits of what follows v. */
static Tensor *bigram_forward(Tensor *const *in, const void *context)
{
    return tensor_softmax_cross_entropy(tensor_embedding(in[0], context, shape1(WINDOWS)), targets);
}

static void bigram_reference(real *out, Tensor *const *in, const void *context)
{
    const int *ids = context;
    real logits[WINDOWS * V];
    for (int i = 0; i < WINDOWS * V; i++)
        logits[i] = in[0]->data[ids[i / V] * V + i % V];
    *out = plain_loss(logits);
}

/* N-gram: N embeddings side by side, a tanh layer, a layer back to width C, and the tied head.
 * in: table (V,C), weight (N C,HIDDEN), bias, weight (HIDDEN,C), bias. */
static Tensor *ngram_forward(Tensor *const *in, const void *context)
{
    Tensor *x = tensor_embedding(in[0], context, shape2(WINDOWS, N));
    Tensor *flat = tensor_reshape(x, shape2(WINDOWS, N * C));
    Tensor *h = tensor_tanh(tensor_linear(flat, in[1], in[2]));
    Tensor *logits = tensor_tied_head(tensor_linear(h, in[3], in[4]), in[0]);
    return tensor_softmax_cross_entropy(logits, targets);
}

static void ngram_reference(real *out, Tensor *const *in, const void *context)
{
    const int *ids = context;
    real logits[WINDOWS * V];
    for (size_t n = 0; n < WINDOWS; n++) {
        real h[HIDDEN], y[C];
        for (size_t j = 0; j < HIDDEN; j++) {
            h[j] = in[2]->data[j];
            for (size_t i = 0; i < N * C; i++)
                h[j] += in[0]->data[(size_t)ids[n * N + i / C] * C + i % C] *
                        in[1]->data[i * HIDDEN + j];
            h[j] = tanh(h[j]);
        }
        for (size_t c = 0; c < C; c++) {
            y[c] = in[4]->data[c];
            for (size_t j = 0; j < HIDDEN; j++)
                y[c] += h[j] * in[3]->data[j * C + c];
        }
        plain_head(logits + n * V, y, in[0]);
    }
    *out = plain_loss(logits);
}

void check_models(void)
{
    const real weight = (real)0.3;
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "bigram (7,7) ids repeat, a target ignored",
                                .n = 1,
                                .in = {check_normal(shape2(V, V), 1)},
                                .forward = bigram_forward,
                                .reference = bigram_reference,
                                .context = windows,
                                .shape = shape0()});
    TensorCheck ngram = {.name = "ngram (6,2) tied table",
                         .n = 5,
                         .forward = ngram_forward,
                         .reference = ngram_reference,
                         .context = windows,
                         .shape = shape0()};
    ngram.in[0] = check_normal(shape2(V, C), 1);
    ngram.in[1] = check_normal(shape2(N * C, HIDDEN), weight);
    ngram.in[2] = check_normal(shape1(HIDDEN), weight);
    ngram.in[3] = check_normal(shape2(HIDDEN, C), weight);
    ngram.in[4] = check_normal(shape1(C), weight);
    tensor_check(&ngram);
    tape_release(mark);
}
