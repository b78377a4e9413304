/* perplexity: how surprised a model is by a long text, by windows that overlap. Chapter 19.
 *
 * A model sees at most n_positions ids, and a text is longer. Cut into pieces, the first ids of
 * each piece would be predicted from next to nothing; so the windows overlap, and each scores only
 * what none before it has scored. The sum runs over the windows in their order, so that how many of
 * them go through the model together changes no digit. */
#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

/* ---- which window scores what ---------------------------------------------------------------- */
static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void check_stride(size_t context, size_t stride)
{
    require(context >= 2 && stride >= 1 && stride <= context,
            "perplexity: expected a context of at least 2 and a stride from 1 to it, found %zu and "
            "%zu", context, stride);
}

size_t strided_count(size_t ids, size_t context, size_t stride)
{
    check_stride(context, stride);
    if (ids < 2)
        return 0;
    return ids <= context ? 1 : 1 + (ids - context + stride - 1) / stride;
}

StridedWindow strided_window(size_t ids, size_t context, size_t stride, size_t w)
{
    check_stride(context, stride);
    /* What the window before left to score. */
    size_t from = w == 0 ? 1 : least(ids, (w - 1) * stride + context);
    return (StridedWindow){.begin = least(w * stride, from - 1),
                           .from = from,
                           .end = least(ids, w * stride + context)};
}

/* ---- scoring --------------------------------------------------------------------------------- */
/* A window as one row of a batch: inputs begin ... end - 2, each with the id after it as its target
 * where that is scored here. The rest of the row counts for nothing: causal, the model does not see
 * it before it is over. */
static void fill_row(Span span, StridedWindow window, size_t width, int *inputs, int *targets)
{
    for (size_t t = 0; t < width; t++) {
        size_t at = window.begin + t, next = at + 1;
        inputs[t] = next < window.end ? stream_get(span.stream, span.begin + at) : 0;
        targets[t] = next >= window.from && next < window.end
                         ? stream_get(span.stream, span.begin + next)
                         : IGNORED;
    }
}

static void add_scores(Perplexity *result, const int *targets, const Score *scores, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        if (targets[i] == IGNORED)
            continue;
        result->nats += scores[i].nats;
        result->scored++;
    }
}

Perplexity gpt2_perplexity(const Gpt2 *model, Span span, size_t context, size_t stride, Watch watch)
{
    size_t ids = span.end - span.begin, windows = strided_count(ids, context, stride);
    size_t width = stride < context ? context - 1 : context; /* inputs of a window */
    size_t batch = evaluation_batch(width);
    int *inputs = memory_alloc(2 * batch * width * sizeof *inputs);
    int *targets = inputs + batch * width;
    Score *scores = memory_alloc(batch * width * sizeof *scores);
    Perplexity result = {.windows = windows};
    for (size_t first = 0; first < windows; first += batch) {
        size_t count = least(batch, windows - first);
        for (size_t i = 0; i < count; i++)
            fill_row(span, strided_window(ids, context, stride, first + i), width,
                     inputs + i * width, targets + i * width);
        gpt2_score(model, inputs, targets, count, width, scores);
        add_scores(&result, targets, scores, count * width);
        if (watch.report != NULL)
            watch.report(first + count, windows, result.scored, result.nats, watch.context);
    }
    free(inputs);
    free(scores);
    return result;
}

/* ---- WikiText -------------------------------------------------------------------------------- */
static bool is_blank(const unsigned char *line, size_t size)
{
    size_t i = 0;
    while (i < size && strchr(" \t\n\v\f\r", line[i]) != NULL && line[i] != '\0')
        i++;
    return i == size;
}

unsigned char *wikitext_join(const unsigned char *text, size_t size, size_t *joined)
{
    unsigned char *out = memory_alloc(3 * size + 1); /* at worst each byte is a line of its own */
    size_t count = 0;
    for (size_t begin = 0, end; begin < size; begin = end) {
        const unsigned char *stop = memchr(text + begin, '\n', size - begin);
        end = stop == NULL ? size : (size_t)(stop - text) + 1;
        if (begin > 0) {
            memcpy(out + count, "\n\n", 2);
            count += 2;
        }
        if (is_blank(text + begin, end - begin))
            continue;
        memcpy(out + count, text + begin, end - begin);
        count += end - begin;
    }
    *joined = count;
    return out;
}
