/* The gate of chapter 19: every figure is that of a slow loop which does what the definition says.
 *
 * Nothing is differentiated here. Windows are counted for every small case; each scored id is held
 * to a forward of its own over just the ids that it may be predicted from; and two models whose
 * probabilities are known beforehand give perplexities and accuracies that are worked by hand. */
#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

enum { V = 13, ROOM = 7, IDS = 300 };
static const Watch SILENT = {NULL, NULL};

static double tolerance(void)
{
    return gate_is_float() ? 1e-5 : 1e-13;
}

static bool close_to(double found, double expected)
{
    return fabs(found - expected) <= tolerance() * fabs(expected);
}

/* ---- which window scores what ---------------------------------------------------------------- */
/* Whether the windows score every id from the second on exactly once, each with something before
 * it, and never need more inputs than the context. */
static bool covers(size_t ids, size_t context, size_t stride)
{
    size_t times[64] = {0}, windows = strided_count(ids, context, stride), last = 0;
    bool right = (windows == 0) == (ids < 2);
    for (size_t w = 0; w < windows && right; w++) {
        StridedWindow window = strided_window(ids, context, stride, w);
        size_t before = w == 0 || context == stride ? 1 : context - stride;
        right = window.from >= window.begin + before && window.end > window.from &&
                window.end - 1 - window.begin <= context && window.end <= ids;
        for (size_t i = window.from; i < window.end && right; i++)
            times[i]++;
        last = window.end;
    }
    for (size_t i = 0; i < ids && right && windows > 0; i++)
        right = times[i] == (i > 0);
    return right && (windows == 0 || last == ids);
}

static void check_coverage(void)
{
    int cases = 0, right = 0;
    for (size_t ids = 0; ids <= 40; ids++)
        for (size_t context = 2; context <= 9; context++)
            for (size_t stride = 1; stride <= context; stride++, cases++)
                right += covers(ids, context, stride);
    gate_check("windows every id from the second on, once", right == cases, "%d of %d cases", right,
               cases);
}

/* The lesson's: 10 ids, context 4, stride 2; and the same with stride 4. */
static void check_windows_by_hand(void)
{
    static const StridedWindow two[4] = {{0, 1, 4}, {2, 4, 6}, {4, 6, 8}, {6, 8, 10}};
    static const StridedWindow four[3] = {{0, 1, 4}, {3, 4, 8}, {7, 8, 10}};
    bool right = strided_count(10, 4, 2) == 4 && strided_count(10, 4, 4) == 3;
    for (size_t w = 0; w < 4; w++) {
        StridedWindow found = strided_window(10, 4, 2, w);
        right = right && memcmp(&found, &two[w], sizeof found) == 0;
    }
    for (size_t w = 0; w < 3; w++) {
        StridedWindow found = strided_window(10, 4, 4, w);
        right = right && memcmp(&found, &four[w], sizeof found) == 0;
    }
    gate_check("windows by hand: 10 ids, context 4", right, "strides 2 and 4");
}

/* ---- models ---------------------------------------------------------------------------------- */
static Gpt2 *model_make(size_t classes, size_t width, size_t heads, bool tied)
{
    const Config config = {.n_layer = 2, .n_head = heads, .n_embd = width, .vocab_size = classes,
                           .n_positions = ROOM, .layer_norm_epsilon = 1e-5, .tanh_gelu = true,
                           .tied = tied, .bias = true};
    return gpt2_make(&config, 19);
}

/* Weights large enough for its predictions to differ from one another. */
static Gpt2 *model_drawn(void)
{
    Gpt2 *model = model_make(V, 6, 2, true);
    for (int i = 0; i < model->parameters.count; i++)
        if (model->parameters.items[i].tensor->shape.rank == 2)
            parameter_normal(model->parameters.items[i].tensor, gate_random(), (real)0.6);
    return model;
}

static Gpt2 *model_zero(size_t classes)
{
    Gpt2 *model = model_make(classes, classes, 1, false);
    for (int i = 0; i < model->parameters.count; i++)
        parameter_fill(model->parameters.items[i].tensor, 0);
    return model;
}

/* Gives id + 1 (after the last, 0) the probability 3/4 and shares the rest among the others. Blocks
 * of zeros pass their input on, so what reaches the head is the normalised row of the table. With
 * the unit vectors as table that is a ([c = id] - 1/C), a = 1/sqrt(1/C - 1/C^2 + epsilon); and a
 * head that holds s at (id + 1, id) puts s a between the favourite's logit and the others'. */
static Gpt2 *model_cycle(size_t classes)
{
    Gpt2 *model = model_zero(classes);
    double share = 1 / (double)classes;
    double a = 1 / sqrt(share - share * share + model->config.layer_norm_epsilon);
    for (size_t id = 0; id < classes; id++) {
        model->tokens.table->data[id * classes + id] = 1;
        model->head->data[(id + 1) % classes * classes + id] =
            (real)(log(3 * ((double)classes - 1)) / a);
    }
    parameter_fill(model->final_norm.gain, 1);
    return model;
}

/* ---- one id, slowly -------------------------------------------------------------------------- */
/* -log p of ids[at] from ids[begin] ... ids[at - 1], by a forward over just these. */
static Score score_slowly(const Gpt2 *model, const int *ids, size_t begin, size_t at)
{
    size_t classes = model->config.vocab_size;
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    Tensor *logits = gpt2_forward(model, ids + begin, 1, at - begin, NULL, 0);
    const real *x = logits->data + (at - begin - 1) * classes;
    double sum = 0;
    size_t best = 0;
    for (size_t i = 0; i < classes; i++) {
        sum += exp((double)x[i]);
        best = x[i] > x[best] ? i : best;
    }
    Score score = {log(sum) - (double)x[ids[at]], best == (size_t)ids[at]};
    tape_release(mark);
    tape_set_recording(recording);
    return score;
}

/* The loop of the definition. */
static Perplexity perplexity_slowly(const Gpt2 *model, const int *ids, size_t count, size_t context,
                                    size_t stride)
{
    Perplexity result = {.windows = 0};
    for (size_t begin = 0, done = 1; done < count; begin += stride) {
        size_t end = begin + context < count ? begin + context : count;
        size_t first = begin < done ? begin : begin - 1;
        result.windows++;
        for (; done < end; done++) {
            result.nats += score_slowly(model, ids, first, done).nats;
            result.scored++;
        }
    }
    return result;
}

static void draw_ids(int *ids, Stream *stream, size_t count, size_t classes)
{
    *stream = stream_make(count, (int)classes);
    for (size_t i = 0; i < count; i++) {
        ids[i] = (int)random_below(gate_random(), classes);
        stream_set(stream, i, ids[i]);
    }
}

static void check_perplexity(void)
{
    static const size_t contexts[4] = {2, 3, 5, ROOM}, counts[4] = {2, 6, 23, 30};
    Gpt2 *model = model_drawn();
    int ids[IDS], cases = 0, right = 0;
    Stream stream;
    double worst = 0;
    draw_ids(ids, &stream, 30, V);
    for (int c = 0; c < 4; c++)
        for (size_t stride = 1; stride <= contexts[c]; stride++)
            for (int n = 0; n < 4; n++, cases++) {
                Perplexity slow = perplexity_slowly(model, ids, counts[n], contexts[c], stride);
                Perplexity found = gpt2_perplexity(model, (Span){&stream, 0, counts[n]},
                                                   contexts[c], stride, SILENT);
                right += found.windows == slow.windows && found.scored == slow.scored &&
                         found.scored == counts[n] - 1;
                worst = fmax(worst, fabs(found.nats - slow.nats) / slow.nats);
            }
    gate_check("perplexity one forward an id: counts", right == cases, "%d of %d", right, cases);
    gate_check("perplexity one forward an id: nats", worst <= tolerance(), "worst %.1e", worst);
    stream_free(&stream);
    gpt2_free(model);
}

/* Many windows go through the model together: not a digit may change. */
static void check_batches(void)
{
    Gpt2 *model = model_drawn();
    int ids[IDS];
    Stream stream;
    double nats = 0;
    draw_ids(ids, &stream, IDS, V);
    Perplexity found = gpt2_perplexity(model, (Span){&stream, 0, IDS}, ROOM, 3, SILENT);
    for (size_t w = 0; w < found.windows; w++) {
        StridedWindow window = strided_window(IDS, ROOM, 3, w);
        int targets[ROOM];
        Score scores[ROOM];
        for (size_t at = window.begin + 1; at < window.end; at++)
            targets[at - 1 - window.begin] = at < window.from ? IGNORED : ids[at];
        gpt2_score(model, ids + window.begin, targets, 1, window.end - 1 - window.begin, scores);
        for (size_t at = window.from; at < window.end; at++)
            nats += scores[at - 1 - window.begin].nats;
    }
    gate_check("perplexity one window at a time, same digits", nats == found.nats,
               "%zu windows, %zu ids", found.windows, found.scored);
    stream_free(&stream);
    gpt2_free(model);
}

/* A span that begins inside its stream; and one window over everything, which is what the held-out
 * loss has when the text is short. */
static void check_span(void)
{
    Gpt2 *model = model_drawn();
    int ids[IDS];
    Stream stream;
    draw_ids(ids, &stream, 50, V);
    Perplexity part = gpt2_perplexity(model, (Span){&stream, 20, 43}, 5, 2, SILENT);
    Perplexity slow = perplexity_slowly(model, ids + 20, 23, 5, 2);
    gate_check("perplexity a span inside a stream",
               part.scored == 22 && close_to(part.nats, slow.nats), "%zu ids", part.scored);
    Perplexity whole = gpt2_perplexity(model, (Span){&stream, 0, ROOM}, ROOM, ROOM, SILENT);
    double loss = gpt2_evaluate(model, (Span){&stream, 0, ROOM}, model->config.n_positions, 1, 0);
    gate_check("perplexity one window: the held-out loss",
               close_to(whole.nats / (double)whole.scored, loss), "%zu ids", whole.scored);
    stream_free(&stream);
    gpt2_free(model);
}

/* ---- models that are known ------------------------------------------------------------------- */
static void check_blind(void)
{
    Gpt2 *model = model_zero(V);
    int ids[IDS];
    Stream stream;
    draw_ids(ids, &stream, 60, V);
    Perplexity found = gpt2_perplexity(model, (Span){&stream, 0, 60}, ROOM, 2, SILENT);
    gate_check("uniform zero weights: perplexity V", close_to(perplexity_of(found.nats, 59), V),
               "%.12g of %d", perplexity_of(found.nats, found.scored), V);
    /* All are equally likely, and the lowest is taken: 0 alone is right. */
    int right = 0;
    for (int i = 0; i < V; i++) {
        Score score;
        gpt2_score(model, ids, &i, 1, 1, &score);
        right += score.likeliest == (i == 0);
    }
    gate_check("uniform of equals the first is taken", right == V, "%d of %d", right, V);
    stream_free(&stream);
    gpt2_free(model);
}

/* 8 ids that follow the cycle but for two: of 11 predictions 9 have p = 3/4 and 2 have p = 1/28. */
static void check_known(void)
{
    static const int ids[12] = {3, 4, 5, 6, 7, 0, 1, 2, 4, 5, 5, 6};
    Gpt2 *model = model_cycle(8);
    Stream stream = stream_make(12, 8);
    for (size_t i = 0; i < 12; i++)
        stream_set(&stream, i, ids[i]);
    double expected = 9 * log(4.0 / 3) + 2 * log(28.0);
    Perplexity found = gpt2_perplexity(model, (Span){&stream, 0, 12}, 5, 3, SILENT);
    gate_check("known by hand: 9 at 3/4, 2 at 1/28", found.scored == 11 &&
               close_to(found.nats, expected), "perplexity %.4f", perplexity_of(found.nats, 11));
    stream_free(&stream);
    gpt2_free(model);
}

static void check_arithmetic(void)
{
    /* A blind guess of bytes costs 8 bits each; one of 65536 ids for every 2 bytes as well. */
    bool bits = fabs(bits_per_byte(10 * log(256.0), 10) - 8) < 1e-14 &&
                fabs(bits_per_byte(5 * log(65536.0), 10) - 8) < 1e-14;
    /* Probabilities 1/2 and 1/8: the geometric mean is 1/4. */
    bool geometric = fabs(perplexity_of(log(2.0) + log(8.0), 2) - 4) < 1e-14;
    bool error = fabs(accuracy_error(50, 100) - 0.05) < 1e-15 && accuracy_error(0, 9) == 0;
    bool nothing = isnan(perplexity_of(0, 0)) && isnan(bits_per_byte(0, 0));
    gate_check("arithmetic by hand", bits && geometric && error && nothing,
               "bits, geometric mean, error");
}

static void check_join(void)
{
    static const char text[] = " \n = A = \n\t\nb\nc", expected[] = "\n\n = A = \n\n\n\n\nb\n\n\nc";
    size_t size;
    unsigned char *joined = wikitext_join((const unsigned char *)text, strlen(text), &size);
    gate_check("join by hand: blank lines and the last", size == strlen(expected) &&
               memcmp(joined, expected, size) == 0, "%zu bytes", size);
    free(joined);
}

/* ---- lambada --------------------------------------------------------------------------------- */
/* " abcdefg" are ids 0 to 7. */
static void add_text(Passages *passages, const char *text)
{
    int ids[64];
    size_t count = strlen(text);
    for (size_t i = 0; i < count; i++)
        ids[i] = text[i] == ' ' ? 0 : text[i] - 'a' + 1;
    passages_add(passages, ids, count, strlen(strrchr(text, ' ')));
}

/* The cycle's model says " abcdefg abcdefg ..." for ever. */
static void check_lambada_by_hand(void)
{
    Gpt2 *model = model_cycle(8);
    Passages passages = {0};
    add_text(&passages, "efg abc");           /* all four right */
    add_text(&passages, "efg abd");           /* the last wrong */
    add_text(&passages, "ef abc");            /* the space wrong, so the word; the last right */
    add_text(&passages, "c cdefg abcdefg a"); /* right, and longer than the context */
    Lambada found = gpt2_lambada(model, &passages, SILENT);
    double expected = 12 * log(4.0 / 3) + 2 * log(28.0), last = 3 * log(4.0 / 3) + log(28.0);
    gate_check("lambada by hand: words and last ids",
               found.passages == 4 && found.right == 2 && found.last_right == 3 &&
                   found.scored == 14 && found.shortened == 1,
               "%zu and %zu of %zu", found.right, found.last_right, found.passages);
    gate_check("lambada by hand: nats", close_to(found.nats, expected) &&
               close_to(found.last_nats, last), "%.4f and %.4f", found.nats, found.last_nats);
    passages_free(&passages);
    gpt2_free(model);
}

static Lambada lambada_slowly(const Gpt2 *model, const Passages *passages)
{
    Lambada result = {.passages = passages->count};
    for (size_t i = 0; i < passages->count; i++) {
        const Passage *p = &passages->items[i];
        size_t begin = p->end - p->begin > ROOM + 1 ? p->end - ROOM - 1 : p->begin, right = 0;
        Score score = {.nats = 0};
        for (size_t at = p->word; at < p->end; at++) {
            score = score_slowly(model, passages->ids.ids, begin, at);
            result.nats += score.nats;
            right += score.likeliest;
        }
        result.last_nats += score.nats;
        result.last_right += score.likeliest;
        result.right += right == p->end - p->word;
        result.scored += p->end - p->word;
        result.shortened += begin > p->begin;
    }
    return result;
}

/* 400 passages of 2 to 16 ids: several batches, of rows of different lengths. Half of the ids are
 * the model's own favourites, or nearly no word would be right. */
static void draw_passages(Passages *passages, const Gpt2 *model)
{
    for (int i = 0; i < 400; i++) {
        int ids[16];
        size_t word = 1 + random_below(gate_random(), 3);
        size_t count = word + 1 + random_below(gate_random(), 13);
        for (size_t at = 0; at < count; at++) {
            ids[at] = (int)random_below(gate_random(), V);
            size_t begin = at < ROOM ? 0 : at - ROOM;
            for (int id = 0; at > 0 && i % 2 == 0 && id < V; id++) {
                ids[at] = id;
                if (score_slowly(model, ids, begin, at).likeliest)
                    break;
            }
        }
        passages_add(passages, ids, count, word);
    }
}

static void check_lambada(void)
{
    Gpt2 *model = model_drawn();
    Passages passages = {0};
    draw_passages(&passages, model);
    Lambada found = gpt2_lambada(model, &passages, SILENT);
    Lambada slow = lambada_slowly(model, &passages);
    gate_check("lambada one forward an id: accuracies",
               found.right == slow.right && found.last_right == slow.last_right &&
                   found.right > 50 && found.right < found.last_right && found.last_right < 400,
               "%zu and %zu of %zu", found.right, found.last_right, found.passages);
    gate_check("lambada one forward an id: counts",
               found.scored == slow.scored && found.shortened == slow.shortened &&
                   found.shortened > 50, "%zu ids, %zu cut", found.scored, found.shortened);
    gate_check("lambada one forward an id: nats",
               close_to(found.nats, slow.nats) && close_to(found.last_nats, slow.last_nats),
               "within %.0e", tolerance());
    passages_free(&passages);
    gpt2_free(model);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "19-evaluation");
    check_coverage();
    check_windows_by_hand();
    check_perplexity();
    check_batches();
    check_span();
    check_blind();
    check_known();
    check_arithmetic();
    check_join();
    check_lambada_by_hand();
    check_lambada();
    tape_free();
    return gate_end();
}
