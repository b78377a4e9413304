/* The gate of chapter 18: what is drawn is what softmax(logits / temperature) over the top k says.
 *
 * Nothing is differentiated here, so nothing is held to differences. A sampler is checked by drawing
 * often and counting: each id's count must lie within five deviations of its expectation, which a
 * right sampler misses about once in two million counts. Generation is held to the model itself, run again
 * over the last n_positions ids for every id it wrote. */
#include "gpt2/gpt2.h"

#include <string.h>

enum { N = 11, DRAWS = 200000 };

/* ---- one id ------------------------------------------------------------------------------------ */
static void draw_logits(real *logits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        logits[i] = (real)(float)(2 * random_normal(gate_random()));
}

static bool is_largest(const real *logits, size_t n, int id)
{
    size_t larger = 0;
    for (size_t i = 0; i < n; i++)
        larger += logits[i] > logits[id];
    return larger == 0;
}

/* Under these settings the sampler must take the most likely id, of 1000 random rows. */
static void check_greedy(const char *name, SampleSettings settings)
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

/* exp(l / temperature) over those of which fewer than k are larger, divided by their sum. */
static void probabilities(double *p, const real *logits, size_t n, SampleSettings settings)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        size_t larger = 0;
        for (size_t j = 0; j < n; j++)
            larger += logits[j] > logits[i];
        bool allowed = settings.top_k == 0 || larger < settings.top_k;
        p[i] = allowed ? exp((double)logits[i] / settings.temperature) : 0;
        total += p[i];
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= total;
}

/* The worst of |count - expected| in deviations sqrt(n p (1 - p)); infinite for a draw that could
 * not happen. */
static double worst_deviation(const size_t *counts, const double *p, size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double spread = sqrt(DRAWS * p[i] * (1 - p[i]));
        double off = fabs((double)counts[i] - DRAWS * p[i]);
        if (off > 1e-6)
            worst = fmax(worst, spread > 0 ? off / spread : HUGE_VAL);
    }
    return worst;
}

static void check_frequencies(const char *name, const real *logits, SampleSettings settings)
{
    size_t counts[N] = {0};
    double p[N];
    Random random = random_make(18, settings.top_k);
    for (int i = 0; i < DRAWS; i++)
        counts[sample_id(logits, N, settings, &random)]++;
    probabilities(p, logits, N, settings);
    double worst = worst_deviation(counts, p, N);
    gate_check(name, worst < 5, "worst %.1f deviations", worst);
}

static void check_all_frequencies(void)
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
}

/* Logits ln 1, ln 2, ln 4: probabilities 1/7, 2/7, 4/7. The one uniform number of a draw says which:
 * below 1/7 the first, below 3/7 the second, else the third. At temperature 1/2 the odds are squared:
 * 1/21, 4/21, 16/21. */
static void check_by_hand(void)
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

/* Logits a thousand apart overflow nothing; adding a constant changes no draw. */
static void check_range(void)
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

/* The same seed repeats; another does not; and a draw takes one random number, whatever it gives. */
static void check_seed(void)
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

/* ---- many ids ---------------------------------------------------------------------------------- */
enum { WRITTEN_MAX = 40, ROOM = 7, V = 13 };

typedef struct {
    int ids[WRITTEN_MAX], count;
    bool recorded; /* a tape was kept, though nobody asks for gradients */
} Written;

static void keep(int id, void *context)
{
    Written *written = context;
    written->recorded = tape_set_recording(false) || written->recorded;
    if (written->count < WRITTEN_MAX)
        written->ids[written->count] = id;
    written->count++;
}

/* One id after the other, the model run afresh over the last n_positions ids each time. */
static void write_slowly(const Gpt2 *model, const int *prompt, size_t n, size_t count,
                         SampleSettings settings, Random *random, int *out)
{
    int all[2 * WRITTEN_MAX];
    memcpy(all, prompt, n * sizeof *all);
    for (size_t i = 0; i < count; i++, n++) {
        TapeMark mark = tape_mark();
        size_t begin = n > ROOM ? n - ROOM : 0;
        Tensor *logits = gpt2_forward(model, all + begin, 1, n - begin, NULL, 0);
        all[n] = sample_id(logits->data + (n - begin - 1) * V, V, settings, random);
        out[i] = all[n];
        tape_release(mark);
    }
}

static void check_generation(const char *name, const Gpt2 *model, size_t n, SampleSettings settings)
{
    const int prompt[10] = {4, 0, 12, 7, 7, 1, 9, 3, 5, 2};
    int expected[30];
    Written written = {.count = 0};
    Random a = random_make(18, 102), b = a;
    size_t length = tape_length();
    gpt2_generate(model, prompt, n, 30, settings, &a, keep, &written);
    bool clean = tape_length() == length && tape_set_recording(true) && !written.recorded;
    write_slowly(model, prompt, n, 30, settings, &b, expected);
    bool same = written.count == 30 && memcmp(written.ids, expected, sizeof expected) == 0;
    gate_check(name, same && clean, "%d ids", written.count);
}

static void check_all_generation(void)
{
    const Config config = {.n_layer = 2, .n_head = 2, .n_embd = 6, .vocab_size = V,
                           .n_positions = ROOM, .layer_norm_epsilon = 1e-5, .tanh_gelu = true,
                           .tied = true, .bias = true};
    const SampleSettings greedy = {.temperature = 0}, drawn = {.temperature = 1};
    Gpt2 *model = gpt2_make(&config, 18);
    for (int i = 0; i < model->parameters.count; i++)
        if (model->parameters.items[i].tensor->shape.rank == 2)
            parameter_normal(model->parameters.items[i].tensor, gate_random(), (real)0.6);
    check_generation("generate greedy, a prompt of 1", model, 1, greedy);
    check_generation("generate drawn, the window slides", model, 4, drawn);
    check_generation("generate drawn, prompt longer than the room", model, 10,
                     (SampleSettings){.temperature = 0.8, .top_k = 4});
    gpt2_free(model);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "18-generation");
    check_greedy("sample temperature 0 is argmax", (SampleSettings){.temperature = 0});
    check_greedy("sample temperature 0 is argmax, top 3",
                 (SampleSettings){.temperature = 0, .top_k = 3});
    check_greedy("sample top 1 is argmax", (SampleSettings){.temperature = 2, .top_k = 1});
    check_all_frequencies();
    check_by_hand();
    check_range();
    check_seed();
    check_all_generation();
    tape_free();
    return gate_end();
}
