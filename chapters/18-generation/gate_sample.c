/* The rows of one id drawn: by the definition, by counting, by hand, and what a seed promises. */
#include "gate.h"

#include <string.h>

enum { N = 11, DRAWS = 200000 };

static bool is_largest(const real *logits, size_t n, int id)
{
    size_t larger = 0;
    for (size_t i = 0; i < n; i++)
        larger += logits[i] > logits[id];
    return larger == 0;
}

/* Under these settings the sampler must take the most likely id, of 1000 random rows. */
void check_greedy(const char *name, SampleSettings settings)
{
    enum { ROWS = 1000 };
    int right = 0;
    for (int row = 0; row < ROWS; row++) {
        real logits[N];
        draw_logits(logits, N);
        int id = sample_id(logits, N, settings, gate_random());
        right += id >= 0 && id < N && is_largest(logits, N, id);
    }
    gate_check(name, right == ROWS, "%d of %d", right, ROWS);
}

/* What of all weight the ids larger than logits[i] have. */
static double weight_above(const double *p, const real *logits, size_t n, size_t i)
{
    double above = 0;
    for (size_t j = 0; j < n; j++)
        above += logits[j] > logits[i] ? p[j] : 0;
    return above;
}

static void normalise(double *p, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += p[i];
    for (size_t i = 0; i < n; i++)
        p[i] /= total;
}

/* By the definition: softmax(l / temperature); only those of which fewer than k are larger; of
 * these only those above which less than the share p lies. */
static void probabilities(double *p, const real *logits, size_t n, SampleSettings settings)
{
    bool kept[N];
    for (size_t i = 0; i < n; i++) {
        size_t larger = 0;
        for (size_t j = 0; j < n; j++)
            larger += logits[j] > logits[i];
        bool allowed = settings.top_k == 0 || larger < settings.top_k;
        p[i] = allowed ? exp((double)logits[i] / settings.temperature) : 0;
    }
    normalise(p, n);
    for (size_t i = 0; i < n; i++)
        kept[i] = settings.top_p == 0 || weight_above(p, logits, n, i) < settings.top_p;
    for (size_t i = 0; i < n; i++)
        p[i] = kept[i] ? p[i] : 0;
    normalise(p, n);
}

/* A thousand rows, every cut: the weights are those of the definition. Logits are halves, so that
 * many are equal. */
void check_weights(const char *name, bool equal_logits)
{
    static const double shares[] = {0, 0.05, 0.5, 0.83, 0.999};
    double worst = 0;
    for (int row = 0; row < 1000; row++) {
        real logits[N];
        double weights[N], p[N];
        draw_logits(logits, N);
        for (size_t i = 0; i < N && equal_logits; i++)
            logits[i] = round(2 * logits[i]) / 2;
        SampleSettings settings = {.temperature = 0.3 + 0.01 * (double)(row % 150),
                                   .top_k = (size_t)row % (N + 2), .top_p = shares[row % 5]};
        double total = sample_weights(weights, logits, N, settings);
        probabilities(p, logits, N, settings);
        for (size_t i = 0; i < N; i++)
            worst = fmax(worst, fabs(weights[i] / total - p[i]));
    }
    gate_check(name, worst < 1e-12, "worst %.1g", worst);
}

static void check_frequencies(const char *name, const real *logits, SampleSettings settings)
{
    size_t counts[N] = {0};
    double p[N];
    Random random = random_make(18, settings.top_k);
    for (int i = 0; i < DRAWS; i++)
        counts[sample_id(logits, N, settings, &random)]++;
    probabilities(p, logits, N, settings);
    double worst = worst_deviation(counts, p, N, DRAWS);
    gate_check(name, worst < 5, "worst %.1f deviations", worst);
}

void check_all_frequencies(void)
{
    /* Not sorted, two of them equal, one impossible; likely enough for every id to be drawn. */
    const real logits[N] = {(real)0.5,  -1, 2, (real)1.25, -(real)INFINITY, 0, (real)1.25,
                            (real)-0.5, 1,  (real)-1.5,    (real)0.25};
    check_frequencies("sample temperature 1", logits, (SampleSettings){.temperature = 1});
    check_frequencies("sample temperature 0.5", logits, (SampleSettings){.temperature = 0.5});
    check_frequencies("sample temperature 1.5, top 5", logits,
                      (SampleSettings){.temperature = 1.5, .top_k = 5});
    /* The second and the third are equal: both are kept. */
    check_frequencies("sample top 2, a tie keeps both", logits,
                      (SampleSettings){.temperature = 1, .top_k = 2});
    check_frequencies("sample top-p 0.6", logits, (SampleSettings){.temperature = 1, .top_p = 0.6});
    check_frequencies("sample top 6, of those top-p 0.7", logits,
                      (SampleSettings){.temperature = 0.7, .top_k = 6, .top_p = 0.7});
}

/* Logits ln 1, ln 2, ln 4: probabilities 1/7, 2/7, 4/7. The one uniform number of a draw says
 * which: below 1/7 the first, below 3/7 the second, else the third. At temperature 1/2 the odds are
 * squared: 1/21, 4/21, 16/21. */
void check_by_hand(void)
{
    const real logits[3] = {0, (real)0.69314718055994530942, (real)1.38629436111989061883};
    Random random = random_make(18, 103);
    int right = 0, sharper = 0;
    for (int i = 0; i < 1000; i++) {
        Random peek = random;
        double u = random_uniform(&peek);
        int expected = u < 1.0 / 7 ? 0 : u < 3.0 / 7 ? 1 : 2;
        right += sample_id(logits, 3, (SampleSettings){.temperature = 1}, &random) == expected;
        peek = random;
        u = random_uniform(&peek);
        expected = u < 1.0 / 21 ? 0 : u < 5.0 / 21 ? 1 : 2;
        sharper += sample_id(logits, 3, (SampleSettings){.temperature = 0.5}, &random) == expected;
    }
    gate_check("sample by hand: 1/7, 2/7, 4/7", right == 1000, "%d of 1000", right);
    gate_check("sample by hand: 1/21, 4/21, 16/21", sharper == 1000, "%d of 1000", sharper);
}

/* 4/7, 2/7, 1/7 from the likeliest: 0.5 needs the first alone, 0.6 the second too, 0.9 all; with
 * the two largest first, 2/3 and 1/3, 0.65 needs only one. */
void check_top_p_by_hand(void)
{
    const real logits[3] = {0, (real)0.69314718055994530942, (real)1.38629436111989061883};
    const struct {
        size_t top_k;
        double top_p, p[3];
    } cases[] = {{0, 0.5, {0, 0, 1}}, {0, 0.6, {0, 1.0 / 3, 2.0 / 3}},
                 {0, 0.9, {1.0 / 7, 2.0 / 7, 4.0 / 7}}, {2, 0.65, {0, 0, 1}},
                 {2, 0.7, {0, 1.0 / 3, 2.0 / 3}}};
    double worst = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double weights[3];
        SampleSettings settings = {1, cases[c].top_k, cases[c].top_p};
        double total = sample_weights(weights, logits, 3, settings);
        for (int i = 0; i < 3; i++)
            worst = fmax(worst, fabs(weights[i] / total - cases[c].p[i]));
    }
    gate_check("sample top-p by hand, alone and after top 2", worst < 1e-6, "worst %.1g", worst);
}

/* Logits a thousand apart overflow nothing; adding a constant changes no draw. */
void check_range(void)
{
    const real huge[3] = {1000, 1003, -1000}, moved[3] = {-2000, -1997, -4000};
    Random a = random_make(18, 100), b = a;
    int same = 0, seen[3] = {0};
    for (int i = 0; i < 1000; i++) {
        int one = sample_id(huge, 3, (SampleSettings){.temperature = 1}, &a);
        same += one == sample_id(moved, 3, (SampleSettings){.temperature = 1}, &b);
        seen[one]++;
    }
    bool plausible = seen[0] > 10 && seen[1] > 900 && seen[2] == 0;
    gate_check("sample large logits, shifted logits", same == 1000 && plausible,
               "%d of 1000 equal", same);
}

/* The same seed repeats; another does not; a draw takes one random number, whatever it gives. */
void check_seed(void)
{
    real logits[N];
    int first[50], again[50], other[50];
    Random a = random_make(18, 101), b = a, c = random_make(19, 101);
    draw_logits(logits, N);
    for (int i = 0; i < 50; i++) {
        first[i] = sample_id(logits, N, (SampleSettings){.temperature = 1}, &a);
        again[i] = sample_id(logits, N, (SampleSettings){.temperature = 1}, &b);
        other[i] = sample_id(logits, N, (SampleSettings){.temperature = 1}, &c);
    }
    bool repeats = memcmp(first, again, sizeof first) == 0;
    bool differs = memcmp(first, other, sizeof first) != 0;
    gate_check("sample a seed repeats, another does not", repeats && differs, "50 draws");
    gate_check("sample one random number a draw", a.counter == 50, "%d", (int)a.counter);
}
