/* generate: writing text, one id at a time. Taught in chapter 18.
 *
 * The model gives logits for what comes next; the sampler draws from softmax(logits / temperature)
 * over the top_k largest. Low temperatures sharpen, high ones flatten; 0 takes the most likely. */
#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

static size_t argmax(const real *logits, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = logits[i] > logits[best] ? i : best;
    return best;
}

static int descending(const void *a, const void *b)
{
    real x = *(const real *)a, y = *(const real *)b;
    return (x < y) - (x > y);
}

/* The k-th largest logit: those below it have no chance. Equal ones are all kept. */
static real threshold(const real *logits, size_t n, size_t k)
{
    if (k == 0 || k >= n)
        return -(real)INFINITY;
    real *sorted = memory_alloc(n * sizeof *sorted);
    memcpy(sorted, logits, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, descending);
    real value = sorted[k - 1];
    free(sorted);
    return value;
}

int sample_id(const real *logits, size_t n, SampleSettings settings, Random *random)
{
    require(n > 0, "sample_id: expected at least one logit");
    size_t best = argmax(logits, n);
    if (settings.temperature == 0)
        return (int)best;
    real floor = threshold(logits, n, settings.top_k);
    double total = 0, max = (double)logits[best];
    for (size_t i = 0; i < n; i++)
        if (logits[i] >= floor)
            total += exp(((double)logits[i] - max) / settings.temperature);
    /* One uniform number walks along the probabilities until it is used up. */
    double left = random_uniform(random) * total;
    size_t chosen = best;
    for (size_t i = 0; i < n; i++) {
        if (logits[i] < floor)
            continue;
        chosen = i;
        left -= exp(((double)logits[i] - max) / settings.temperature);
        if (left < 0)
            break;
    }
    return (int)chosen;
}

void gpt2_generate(const Gpt2 *model, const int *ids, size_t n, size_t count,
                   SampleSettings settings, Random *random, void (*emit)(int id, void *context),
                   void *context)
{
    require(n >= 1, "gpt2_generate: expected a prompt of at least one id");
    size_t room = model->config.n_positions, classes = model->config.vocab_size;
    int *all = memory_alloc((n + count) * sizeof *all);
    memcpy(all, ids, n * sizeof *all);
    bool recording = tape_set_recording(false);
    for (size_t i = 0; i < count; i++, n++) {
        TapeMark mark = tape_mark();
        size_t t = n < room ? n : room; /* the window slides */
        Tensor *logits = gpt2_forward(model, all + n - t, 1, t, NULL, 0);
        all[n] = sample_id(logits->data + (t - 1) * classes, classes, settings, random);
        tape_release(mark);
        emit(all[n], context);
    }
    tape_set_recording(recording);
    free(all);
}
