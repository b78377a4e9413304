/* batches: windows of ids with their targets. Chapter 15.
 *
 *   B windows of T ids; targets[b][t] is the id that follows inputs[b][t].
 *
 * Training draws windows at random, batch n from random numbers that belong to n alone: a resumed
 * run goes on with the batch it would have drawn. Evaluation goes through its span once, in windows
 * that do not overlap, so that each prediction is counted once. */
#include "text/text.h"

/* Batch n has the random stream BATCHES + n to itself: nothing else numbers its streams so high. */
static const uint64_t BATCHES = 0xBA7C000000000000;

/* One window that starts at `start`, an index of the stream. */
static void read_window(Span span, size_t start, size_t context, int *inputs, int *targets)
{
    for (size_t t = 0; t < context; t++) {
        inputs[t] = stream_get(span.stream, start + t);
        targets[t] = stream_get(span.stream, start + t + 1);
    }
}

void batch_draw(Span span, size_t batch, size_t context, uint64_t seed, uint64_t n, int *inputs,
                int *targets)
{
    size_t length = span.end - span.begin;
    require(context > 0 && length > context && span.end <= span.stream->count,
            "batch_draw: expected a span of at least %zu ids for a context of %zu, found %zu",
            context + 1, context, length);
    Random random = random_make(seed, BATCHES + n);
    for (size_t b = 0; b < batch; b++) {
        /* The last start is length - context - 1: its last target is the span's last id. */
        size_t start = span.begin + (size_t)random_below(&random, length - context);
        read_window(span, start, context, inputs + b * context, targets + b * context);
    }
}

size_t windows_count(Span span, size_t context)
{
    require(context > 0 && span.end > span.begin, "windows_count: expected a context and a span of at "
            "least 1 id, found %zu and %zu to %zu", context, span.begin, span.end);
    size_t predictions = span.end - span.begin - 1;
    return predictions / context + (predictions % context > 0);
}

size_t windows_read(Span span, size_t batch, size_t context, size_t first, int *inputs, int *targets)
{
    size_t scored = 0;
    for (size_t i = 0; i < batch * context; i++) {
        size_t at = span.begin + first * context + i;
        bool is_input = at < span.end, is_target = at + 1 < span.end;
        inputs[i] = is_input ? stream_get(span.stream, at) : 0;
        targets[i] = is_target ? stream_get(span.stream, at + 1) : IGNORED;
        scored += is_target;
    }
    return scored;
}
