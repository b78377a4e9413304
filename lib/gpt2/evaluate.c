/* evaluate: loss over held-out text. Taught in chapter 15.
 *
 * Windows do not overlap, so each id but the first is predicted exactly once; the last window may be
 * shorter, so means are weighed by how many targets they are over. */
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
