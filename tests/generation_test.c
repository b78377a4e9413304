/* Tests of what writes text: 200 ids that are the same with the cache, without it and with a draft,
 * on any number of threads; logits that are the same bits; memory that stays; selections over a
 * large vocabulary; contracts; and characters that come out whole. The distributions themselves are
 * held by the gate of chapter 18. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "gpt2/gpt2.h"

enum { COUNT = 200 };

/* Matrices of deviation 0.3: at 0.02 a fresh model says nearly the same whatever it reads. Its head
 * has its own table, for with the embedding's it would repeat what it reads. */
static Gpt2 *model_random(Config config, uint64_t seed)
{
    Gpt2 *model = gpt2_make(&config, seed);
    Random random = random_make(seed, 9);
    for (int i = 0; i < model->parameters.count; i++)
        if (model->parameters.items[i].tensor->shape.rank == 2)
            parameter_normal(model->parameters.items[i].tensor, &random, (real)0.3);
    return model;
}

static Config config_small(void)
{
    Config config = config_default();
    config.n_layer = 3;
    config.n_embd = 32;
    config.n_positions = 48;
    config.vocab_size = 61;
    config.tied = false;
    return config;
}

/* ---- 200 ids --------------------------------------------------------------------------------- */
typedef struct {
    int ids[COUNT];
    size_t count;
} Text;

static bool keep(int id, void *context)
{
    Text *text = context;
    text->ids[text->count++] = id;
    return true;
}

static Text written(const Gpt2 *model, size_t prompt, GenerateSettings settings)
{
    static const int ids[60] = {5, 40, 3, 3, 17, 60, 0, 8, 33, 21};
    Text text = {.count = 0};
    Random random = random_make(3, 3);
    settings.emit = keep;
    settings.context = &text;
    size_t count = gpt2_generate(model, ids, prompt, &settings, &random);
    assert_int_equal(count, text.count);
    return text;
}

static size_t kinds(const Text *text)
{
    bool seen[256] = {false};
    size_t count = 0;
    for (size_t i = 0; i < text->count; i++) {
        count += !seen[text->ids[i]];
        seen[text->ids[i]] = true;
    }
    return count;
}

/* Cached, uncached, with two drafts; prompts of one id, and longer than the context. */
static void check_all_ways(const Gpt2 *model, const Gpt2 *draft, SampleSettings sampling)
{
    GenerateSettings cached = {.count = COUNT, .sampling = sampling, .end = -1};
    GenerateSettings uncached = cached, drafted = cached;
    uncached.no_cache = true;
    drafted.draft = draft;
    drafted.draft_tokens = 3;
    for (size_t prompt = 1; prompt < 60; prompt += 55) {
        Text first = written(model, prompt, uncached), second = written(model, prompt, cached);
        assert_int_equal(first.count, COUNT);
        assert_true(kinds(&first) > 10);
        assert_memory_equal(&first, &second, sizeof first);
        if (sampling.temperature > 0)
            continue; /* the same distribution, from other random numbers */
        for (drafted.draft_tokens = 1; drafted.draft_tokens < 12; drafted.draft_tokens += 5) {
            Text third = written(model, prompt, drafted);
            assert_memory_equal(&first, &third, sizeof first);
        }
    }
}

static void test_200_ids(void **state)
{
    (void)state;
    Config config = config_small();
    Gpt2 *model = model_random(config, 1);
    config.n_layer = 1;
    config.n_positions = 20;
    Gpt2 *draft = model_random(config, 2);
    int before = threads_count();
    for (int threads = 1; threads <= 8; threads += 7) {
        threads_set(threads);
        check_all_ways(model, draft, (SampleSettings){.temperature = 0});
        check_all_ways(model, model, (SampleSettings){.temperature = 0});
        check_all_ways(model, draft, (SampleSettings){1, 20, 0.9});
    }
    threads_set(before);
    gpt2_free(model);
    gpt2_free(draft);
}

/* Ids that follow a rule, learnt in a few steps by two models of different size. */
static Gpt2 *model_trained(Config config, size_t steps)
{
    Stream stream = stream_make(2000, 61);
    for (size_t i = 0; i < stream.count; i++)
        stream_set(&stream, i, (int)((i * i + 3 * i) % 61));
    TrainResult result;
    TrainSettings settings = train_settings_default();
    settings.steps = steps;
    settings.batch = 4;
    settings.warm_up = 5;
    settings.rate = 1e-2;
    settings.evaluate_every = 0;
    Gpt2 *model = gpt2_make(&config, 4);
    Span train = {&stream, 0, 1800}, held_out = {&stream, 1800, 2000};
    assert_false(gpt2_train(model, NULL, train, held_out, &settings, &result).failed);
    stream_free(&stream);
    return model;
}

static void test_200_ids_of_a_trained_model(void **state)
{
    (void)state;
    Config config = config_small();
    Gpt2 *model = model_trained(config, 60);
    config.n_layer = 1;
    Gpt2 *draft = model_trained(config, 60);
    check_all_ways(model, draft, (SampleSettings){.temperature = 0});
    Proposals proposals = {0};
    GenerateSettings settings = generate_settings_default();
    settings.count = COUNT;
    settings.draft = draft;
    settings.proposals = &proposals;
    written(model, 3, settings);
    print_message("%zu of %zu proposals accepted\n", proposals.accepted, proposals.proposed);
    assert_true(proposals.accepted > proposals.proposed / 20);
    assert_true(proposals.accepted < proposals.proposed);
    assert_true(proposals.proposed <= COUNT * 4);
    gpt2_free(model);
    gpt2_free(draft);
}

/* The end may come in the middle of a round. */
static void test_end(void **state)
{
    (void)state;
    Gpt2 *model = model_random(config_small(), 1);
    GenerateSettings settings = {.count = COUNT, .end = -1};
    Text all = written(model, 3, settings);
    settings.end = all.ids[17];
    size_t first = 0;
    while (all.ids[first] != settings.end)
        first++;
    for (int way = 0; way < 3; way++) {
        settings.no_cache = way == 1;
        settings.draft = way == 2 ? model : NULL;
        settings.draft_tokens = 7;
        settings.count = COUNT;
        Text text = written(model, 3, settings);
        assert_int_equal(text.count, first);
        assert_memory_equal(text.ids, all.ids, first * sizeof *text.ids);
        settings.count = 0;
        assert_int_equal(written(model, 3, settings).count, 0);
    }
    gpt2_free(model);
}

static void test_memory_stays(void **state)
{
    (void)state;
    Config config = config_small();
    Gpt2 *model = model_random(config, 1), *draft = model_random(config, 2);
    GenerateSettings settings = generate_settings_default();
    settings.count = COUNT;
    settings.draft = draft;
    size_t nodes = tape_length();
    written(model, 60, settings);
    size_t capacity = tape_capacity();
    written(model, 60, settings);
    assert_int_equal(tape_capacity(), capacity);
    assert_int_equal(tape_length(), nodes);
    assert_true(tape_set_recording(true));
    gpt2_free(model);
    gpt2_free(draft);
}

/* ---- logits ---------------------------------------------------------------------------------- */
/* The greatest difference of the logits, by the largest of them, when the text is read in pieces of
 * these sizes, the last one again and again. */
static double logits_apart(Config config, size_t piece)
{
    Gpt2 *model = model_random(config, 5);
    Cache *cache = cache_make(model);
    size_t t = config.n_positions, v = config.vocab_size;
    int *ids = memory_alloc(t * sizeof *ids);
    for (size_t i = 0; i < t; i++)
        ids[i] = (int)((7 * i * i + i) % v);
    TapeMark mark = tape_mark();
    bool recording = tape_set_recording(false);
    const real *expected = gpt2_forward(model, ids, 1, t, NULL, 0)->data;
    double worst = 0, largest = 0;
    for (size_t at = 0; at < t;) {
        size_t n = t - at < piece ? t - at : piece;
        const Tensor *logits = gpt2_extend(cache, ids + at, n, n);
        for (size_t i = 0; i < n * v; i++) {
            largest = fmax(largest, fabs((double)expected[at * v + i]));
            worst = fmax(worst, fabs((double)(logits->data[i] - expected[at * v + i])));
        }
        at += n;
    }
    tape_release(mark);
    tape_set_recording(recording);
    cache_free(cache);
    gpt2_free(model);
    free(ids);
    return worst / largest;
}

/* Contexts beyond one block of gemm's sums; pieces on both sides of what it calls few rows. */
static void test_logits_are_the_same_bits(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 5, 8, 9, 299, 300};
    Config config = config_small();
    config.n_layer = 2;
    config.n_positions = 300;
    for (int i = 0; i < 6; i++)
        assert_true(logits_apart(config, pieces[i]) == 0);
    config.n_embd = 520; /* one head of 260: gemm scales the second block of its sum as it adds */
    config.n_head = 2;
    config.n_positions = 60;
    double apart = logits_apart(config, 1);
    print_message("heads of 260: %.2g apart\n", apart);
    assert_true(apart < (sizeof(real) == 8 ? 1e-12 : 1e-5));
}

/* ---- contracts ------------------------------------------------------------------------------- */
static void extend_too_far(void *context)
{
    const int ids[49] = {0};
    gpt2_extend(context, ids, 49, 1);
}

static void truncate_to_more(void *context)
{
    cache_truncate(context, 3);
}

static void draft_of_another_vocabulary(void *context)
{
    Config config = config_small();
    config.vocab_size = 60;
    speculative_make(((Cache *)context)->model, gpt2_make(&config, 1), 4);
}

static void sample_what_is_not_finite(void *context)
{
    (void)context;
    const real logits[3] = {(real)NAN, 1, 2};
    Random random = random_make(1, 1);
    sample_id(logits, 3, (SampleSettings){.temperature = 1}, &random);
}

static void check_contract(void (*body)(void *), Cache *cache, const char *says)
{
    threads_stop();
    Child child = child_run(body, cache);
    if (!child_aborted(&child) || strstr(child.text, says) == NULL)
        fail_msg("expected \"%s\", found \"%s\"", says, child.text);
}

static void test_contracts(void **state)
{
    (void)state;
    Gpt2 *model = model_random(config_small(), 1);
    Cache *cache = cache_make(model);
    check_contract(extend_too_far, cache, "expected 1 to 48 more positions, found 49");
    check_contract(truncate_to_more, cache, "expected at most the 0 positions held, found 3");
    check_contract(draft_of_another_vocabulary, cache, "a draft of 61 classes as the model has");
    Child child = child_run(sample_what_is_not_finite, cache);
    assert_true(child_exited(&child, 2));
    assert_non_null(strstr(child.text, "a largest logit that is finite, found nan"));
    cache_free(cache);
    gpt2_free(model);
}

/* ---- selections over a large vocabulary ------------------------------------------------------ */
enum { MANY = 50257 };

static int descending(const void *a, const void *b)
{
    real x = *(const real *)a, y = *(const real *)b;
    return (x < y) - (x > y);
}

/* Normal, ascending, descending, few kinds, all equal, and nearly all impossible. */
static void fill_logits(real *logits, int kind)
{
    Random random = random_make(6, (uint64_t)kind);
    for (size_t i = 0; i < MANY; i++) {
        real normal = (real)random_normal(&random);
        real kinds_of[] = {3 * normal, (real)i / 5000, -(real)i / 5000, round(normal), 1,
                           i % 1000 == 0 ? normal : -(real)INFINITY};
        logits[i] = kinds_of[kind];
    }
}

static void test_large_vocabulary(void **state)
{
    (void)state;
    static real logits[MANY], sorted[MANY];
    static double weights[MANY];
    static const size_t ks[] = {1, 2, 40, 1000, MANY - 1, MANY};
    for (int kind = 0; kind < 6; kind++) {
        fill_logits(logits, kind);
        memcpy(sorted, logits, sizeof sorted);
        qsort(sorted, MANY, sizeof *sorted, descending);
        for (int k = 0; k < 6; k++) {
            real floor = sorted[ks[k] - 1];
            sample_weights(weights, logits, MANY, (SampleSettings){2, ks[k], 0});
            for (size_t i = 0; i < MANY; i++)
                assert_true((weights[i] > 0) == (logits[i] >= floor && isfinite(logits[i])));
        }
        double total = sample_weights(weights, logits, MANY, (SampleSettings){2, 0, 0}), sum = 0;
        size_t reached = 0; /* the first at which the sorted weights reach 0.8 of the total */
        while (sum < 0.8 * total)
            sum += exp(((double)sorted[reached++] - (double)sorted[0]) / 2);
        sample_weights(weights, logits, MANY, (SampleSettings){2, 0, 0.8});
        for (size_t i = 0; i < MANY; i++)
            assert_true((weights[i] > 0) == (logits[i] >= sorted[reached - 1]));
    }
}

/* ---- characters ------------------------------------------------------------------------------ */
static char *streamed(const unsigned char *bytes, size_t size, Random *random, size_t *length)
{
    char *out = NULL;
    FILE *file = open_memstream(&out, length);
    Utf8Stream stream = {.count = 0};
    for (size_t at = 0; at < size;) {
        size_t piece = random == NULL ? size : 1 + random_below(random, 4);
        piece = piece < size - at ? piece : size - at;
        utf8_stream_put(&stream, bytes + at, piece, file);
        at += piece;
    }
    utf8_stream_end(&stream, file);
    fclose(file);
    return out;
}

/* Any bytes, in any pieces, give the same valid text; valid text comes back as it was. */
static void test_stream_of_any_bytes(void **state)
{
    (void)state;
    static const unsigned char likely[] = {0x41, 0x80, 0xBF, 0x9F, 0xA0, 0xC2, 0xE0, 0xE2, 0xED,
                                           0xEF, 0xF0, 0x90, 0x8F, 0xF4, 0xFF, 0xC0};
    Random random = random_make(7, 7);
    size_t valid = 0;
    for (int trial = 0; trial < 20000; trial++) {
        unsigned char bytes[12];
        size_t size = 1 + random_below(&random, sizeof bytes), length, again;
        for (size_t i = 0; i < size; i++)
            bytes[i] = likely[random_below(&random, sizeof likely)];
        char *whole = streamed(bytes, size, NULL, &length);
        char *pieces = streamed(bytes, size, &random, &again);
        assert_int_equal(length, again);
        assert_memory_equal(whole, pieces, length);
        uint32_t point;
        bool was_valid = true;
        for (size_t at = 0; at < length;) {
            int step = utf8_decode((const unsigned char *)whole + at, length - at, &point);
            assert_true(step > 0);
            was_valid = was_valid && point != 0xFFFD;
            at += (size_t)step;
        }
        valid += was_valid;
        assert_true(!was_valid || (length == size && memcmp(whole, bytes, size) == 0));
        free(whole);
        free(pieces);
    }
    assert_true(valid > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contracts),
        cmocka_unit_test(test_200_ids),
        cmocka_unit_test(test_200_ids_of_a_trained_model),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_memory_stays),
        cmocka_unit_test(test_logits_are_the_same_bits),
        cmocka_unit_test(test_large_vocabulary),
        cmocka_unit_test(test_stream_of_any_bytes),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tape_free();
    gemm_free_buffers();
    threads_stop();
    return failed;
}
