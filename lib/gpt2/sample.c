/* sample: one id drawn from logits. Taught in chapter 18.
 *
 * Weights exp(logit / temperature); the top_k largest of them; of those the largest until they have
 * top_p of the whole; one uniform number walks along what is left. Neither cut sorts the
 * vocabulary: both look for one logit, the lowest that stays, by a selection whose expected time is
 * linear. */
#include "gpt2/gpt2.h"

#include <string.h>

static size_t argmax(const real *logits, size_t n)
{
    require(n > 0, "sample: expected at least one logit");
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = logits[i] > logits[best] ? i : best;
    /* Weights come from outside, and that their products overflow may be seen here first. */
    if (!isfinite(logits[best]))
        exit_with("sample: expected a largest logit that is finite, found %g: the model's weights "
                  "are too large for %s", (double)logits[best], REAL_NAME);
    return best;
}

/* ---- the lowest logit that stays ------------------------------------------------------------- */
typedef struct {
    real logit;
    double weight;
} Choice;

/* Where a part of the choices was split, and what its two upper thirds weigh. */
typedef struct {
    size_t equal, smaller; /* where these begin; greater ones stand before */
    double greater_weight, equal_weight;
} Split;

static Split split(Choice *items, size_t begin, size_t end, real pivot)
{
    Split s = {begin, end, 0, 0};
    for (size_t at = begin; at < s.smaller;) {
        Choice item = items[at];
        if (item.logit > pivot) {
            items[at++] = items[s.equal];
            items[s.equal++] = item;
            s.greater_weight += item.weight;
        } else if (item.logit < pivot) {
            items[at] = items[--s.smaller];
            items[s.smaller] = item;
        } else {
            at++;
            s.equal_weight += item.weight;
        }
    }
    return s;
}

static real median(real a, real b, real c)
{
    real low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* The largest logit such that those not below it weigh at least `wanted`; the smallest of all when
 * even all weigh less. Reorders the items: Hoare's selection (1961), counting weights. */
static real floor_of(Choice *items, size_t n, double wanted)
{
    size_t begin = 0, end = n;
    for (;;) {
        real pivot = median(items[begin].logit, items[begin + (end - begin) / 2].logit,
                            items[end - 1].logit);
        Split s = split(items, begin, end, pivot);
        if (s.greater_weight >= wanted)
            end = s.equal;
        else if (s.greater_weight + s.equal_weight >= wanted || s.smaller == end)
            return pivot;
        else {
            wanted -= s.greater_weight + s.equal_weight;
            begin = s.smaller;
        }
    }
}

/* The k-th largest logit: each counts for one. */
static real floor_of_top_k(const real *logits, size_t n, size_t k)
{
    if (k == 0 || k >= n)
        return -(real)INFINITY;
    TapeMark mark = tape_mark();
    Choice *items = tape_alloc(n * sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (Choice){logits[i], 1};
    real floor = floor_of(items, n, (double)k);
    tape_release(mark);
    return floor;
}

/* The logit with which the most likely reach the share p of the total weight. */
static real floor_of_top_p(const real *logits, const double *weights, size_t n, double wanted)
{
    TapeMark mark = tape_mark();
    Choice *items = tape_alloc(n * sizeof *items);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (weights[i] > 0)
            items[count++] = (Choice){logits[i], weights[i]};
    real floor = floor_of(items, count, wanted);
    tape_release(mark);
    return floor;
}

/* ---- weights, and a draw from them ----------------------------------------------------------- */
double sample_weights(double *weights, const real *logits, size_t n, SampleSettings settings)
{
    size_t best = argmax(logits, n);
    if (settings.temperature == 0) {
        memset(weights, 0, n * sizeof *weights);
        return weights[best] = 1;
    }
    double total = 0, max = (double)logits[best];
    real floor = floor_of_top_k(logits, n, settings.top_k);
    for (size_t i = 0; i < n; i++) {
        double logit = (double)logits[i];
        weights[i] = logits[i] >= floor ? exp((logit - max) / settings.temperature) : 0;
        total += weights[i];
    }
    if (!(settings.top_p > 0 && settings.top_p < 1))
        return total;
    floor = floor_of_top_p(logits, weights, n, settings.top_p * total);
    total = 0;
    for (size_t i = 0; i < n; i++) {
        weights[i] = logits[i] >= floor ? weights[i] : 0;
        total += weights[i];
    }
    return total;
}

int sample_from(const double *weights, size_t n, double total, double uniform)
{
    double left = uniform * total;
    size_t chosen = n;
    for (size_t i = 0; i < n && left >= 0; i++) {
        if (!(weights[i] > 0))
            continue;
        chosen = i; /* if rounding leaves a crumb at the end, the last possible one has it */
        left -= weights[i];
    }
    require(chosen < n, "sample_from: expected a weight above 0 among %zu", n);
    return (int)chosen;
}

int sample_id(const real *logits, size_t n, SampleSettings settings, Random *random)
{
    if (settings.temperature == 0)
        return (int)argmax(logits, n);
    TapeMark mark = tape_mark();
    double *weights = tape_alloc(n * sizeof *weights);
    double total = sample_weights(weights, logits, n, settings);
    int id = sample_from(weights, n, total, random_uniform(random));
    tape_release(mark);
    return id;
}
