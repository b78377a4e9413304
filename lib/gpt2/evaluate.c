/* evaluate: loss over held-out text, taught in chapter 15; and what a model says of each single id,
 * from which chapter 19 makes its figures.
 *
 * gpt2_evaluate's windows do not overlap, so each id but the first is predicted exactly once; the
 * last window may be shorter, so means are weighed by how many targets they are over. */
#include "gpt2/gpt2.h"

#include <stdlib.h>

/* Reads `count` of the chosen windows from the `first` chosen on; returns how many targets count. */
static size_t read_windows(Span span, size_t context, size_t total, size_t chosen, size_t first,
                           size_t count, int *inputs, int *targets)
{
    size_t counted = 0;
    for (size_t i = 0; i < count; i++) {
        size_t window = (first + i) * total / chosen; /* evenly spread; all when chosen == total */
        counted += windows_read(span, 1, context, window, inputs + i * context,
                                targets + i * context);
    }
    return counted;
}

double gpt2_evaluate(const Gpt2 *model, Span span, size_t context, size_t batch, size_t windows)
{
    size_t total = windows_count(span, context);
    size_t chosen = windows == 0 || windows > total ? total : windows;
    int *inputs = memory_alloc(2 * batch * context * sizeof *inputs);
    int *targets = inputs + batch * context;
    bool recording = tape_set_recording(false);
    double sum = 0;
    size_t counted = 0;
    for (size_t first = 0; first < chosen; first += batch) {
        size_t count = chosen - first < batch ? chosen - first : batch;
        size_t here = read_windows(span, context, total, chosen, first, count, inputs, targets);
        TapeMark mark = tape_mark();
        sum += (double)here *
               (double)tensor_item(gpt2_loss(model, inputs, targets, count, context, NULL, 0));
        tape_release(mark);
        counted += here;
    }
    tape_set_recording(recording);
    free(inputs);
    return counted == 0 ? nan("") : sum / (double)counted;
}

/* ---- one id at a time ------------------------------------------------------------------------ */
enum { ROWS = 512 };

size_t evaluation_batch(size_t context)
{
    return context >= ROWS ? 1 : ROWS / context;
}

/* Whether an argmax that takes the first of equals would take `target`; false where it is NaN. */
static bool is_likeliest(const real *logits, size_t classes, size_t target)
{
    for (size_t i = 0; i < target; i++)
        if (!(logits[i] < logits[target]))
            return false;
    for (size_t i = target; i < classes; i++)
        if (!(logits[i] <= logits[target]))
            return false;
    return true;
}

typedef struct {
    real *logits;
    const int *targets;
    Score *scores;
    size_t classes;
} Scoring;

static void score_rows(size_t begin, size_t end, void *context)
{
    const Scoring *s = context;
    for (size_t row = begin; row < end; row++) {
        if (s->targets[row] == IGNORED)
            continue;
        size_t target = (size_t)s->targets[row];
        require(target < s->classes, "gpt2_score: expected a target in [0, %zu), found %d",
                s->classes, s->targets[row]);
        real *x = s->logits + row * s->classes, wanted = x[target];
        s->scores[row].likeliest = is_likeliest(x, s->classes, target);
        LogSum sum = softmax_row(x, x, s->classes); /* in place: the logits have been read */
        s->scores[row].nats = (double)((sum.max - wanted) + sum.rest);
    }
}

void gpt2_score(const Gpt2 *model, const int *ids, const int *targets, size_t b, size_t t,
                Score *scores)
{
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    Scoring scoring = {gpt2_forward(model, ids, b, t, NULL, 0)->data, targets, scores,
                       model->config.vocab_size};
    parallel_for(b * t, 8, score_rows, &scoring);
    tape_release(mark);
    tape_set_recording(recording);
}

/* ---- what is made of the sums ---------------------------------------------------------------- */
double perplexity_of(double nats, size_t count)
{
    return count == 0 ? nan("") : exp(nats / (double)count);
}

double bits_per_byte(double nats, size_t bytes)
{
    return bytes == 0 ? nan("") : nats / (log(2.0) * (double)bytes);
}

double accuracy_error(size_t right, size_t count)
{
    double a = (double)right / (double)count;
    return sqrt(a * (1 - a) / (double)count);
}
