/* Tests of gpt2/: memory that stays, a loop that reports and stops, losses that do not depend on
 * threads, evaluation that covers every id once, and the numbers that a fresh GPT-2 must have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gpt2/gpt2.h"

/* A text of 2,000 ids below 13, each a function of its place. */
static Stream stream_small(void)
{
    Stream stream = stream_make(2000, 13);
    for (size_t i = 0; i < stream.count; i++)
        stream_set(&stream, i, (int)((i * i + 3 * i) % 13));
    return stream;
}

static Config config_small(void)
{
    Config config = config_default();
    config.n_layer = 2;
    config.n_head = 2;
    config.n_embd = 16;
    config.n_positions = 12;
    config.vocab_size = 13;
    return config;
}

typedef struct {
    size_t calls, fail_at, capacity_at_2, capacity_at_100;
    double losses[200];
} Seen;

static Error watch(const TrainReport *report, void *context)
{
    Seen *seen = context;
    seen->calls++;
    seen->losses[report->step] = report->loss;
    if (report->step == 2)
        seen->capacity_at_2 = tape_capacity();
    if (report->step == 100)
        seen->capacity_at_100 = tape_capacity();
    if (seen->fail_at != 0 && report->step == seen->fail_at)
        return error_make("enough");
    return no_error();
}

static TrainSettings settings_small(Seen *seen)
{
    TrainSettings settings = train_settings_default();
    settings.steps = 100;
    settings.batch = 5;
    settings.warm_up = 10;
    settings.evaluate_every = 30;
    settings.evaluate_windows = 4;
    settings.report = watch;
    settings.context = seen;
    return settings;
}

static Error run(Gpt2 *model, const TrainSettings *settings, TrainResult *result)
{
    Stream stream = stream_small();
    Span train = {&stream, 0, 1800}, held_out = {&stream, 1800, 2000};
    Error error = gpt2_train(model, NULL, train, held_out, settings, result);
    stream_free(&stream);
    return error;
}

static void test_memory_stays(void **state)
{
    (void)state;
    Config config = config_small();
    Seen seen = {0};
    TrainSettings settings = settings_small(&seen);
    settings.dropout = 0.1;
    settings.micro_batches = 2;
    TrainResult result;
    Gpt2 *model = gpt2_make(&config, 1);
    size_t nodes = tape_length();
    assert_false(run(model, &settings, &result).failed);
    assert_int_equal(seen.calls, 101); /* once before the first step */
    assert_true(seen.capacity_at_2 > 0);
    assert_int_equal(seen.capacity_at_100, seen.capacity_at_2);
    assert_int_equal(tape_length(), nodes);
    gpt2_free(model);
}

static void test_threads_do_not_show(void **state)
{
    (void)state;
    Config config = config_small();
    Seen seen[3] = {{0}, {0}, {0}};
    const int threads[3] = {1, 2, 8};
    for (int i = 0; i < 3; i++) {
        TrainSettings settings = settings_small(&seen[i]);
        TrainResult result;
        Gpt2 *model = gpt2_make(&config, 1);
        threads_set(threads[i]);
        assert_false(run(model, &settings, &result).failed);
        gpt2_free(model);
    }
    for (size_t step = 1; step <= 100; step++) {
        assert_true(seen[0].losses[step] == seen[1].losses[step]);
        assert_true(seen[0].losses[step] == seen[2].losses[step]);
    }
    assert_true(seen[0].losses[100] < seen[0].losses[1]);
}

static void test_report_can_stop(void **state)
{
    (void)state;
    Config config = config_small();
    Seen seen = {.fail_at = 7};
    TrainSettings settings = settings_small(&seen);
    TrainResult result;
    Gpt2 *model = gpt2_make(&config, 1);
    Error error = run(model, &settings, &result);
    assert_true(error.failed);
    assert_string_equal(error.text, "enough");
    assert_int_equal(result.step, 7);
    gpt2_free(model);
}

static void test_loss_that_is_not_finite(void **state)
{
    (void)state;
    Config config = config_small();
    Seen seen = {0};
    TrainSettings settings = settings_small(&seen);
    TrainResult result;
    Gpt2 *model = gpt2_make(&config, 1);
    model->tokens.table->data[5] = (real)NAN;
    Error error = run(model, &settings, &result);
    assert_true(error.failed);
    assert_non_null(strstr(error.text, "expected a finite loss"));
    assert_int_equal(result.step, 0); /* the step that failed was not taken */
    gpt2_free(model);
}

/* The mean over all windows at once equals the mean over the text, window by window, by hand. */
static void test_evaluation_covers_all(void **state)
{
    (void)state;
    Config config = config_small();
    Gpt2 *model = gpt2_make(&config, 3);
    Stream stream = stream_small();
    Span span = {&stream, 100, 250}; /* 149 predictions: 12 windows of 12 and one of 5 */
    double sum = 0;
    size_t predictions = 0;
    for (size_t first = span.begin; first + 1 < span.end; first += 12) {
        int ids[12], targets[12];
        size_t count = span.end - first - 1 < 12 ? span.end - first - 1 : 12;
        for (size_t t = 0; t < count; t++) {
            ids[t] = stream_get(&stream, first + t);
            targets[t] = stream_get(&stream, first + t + 1);
        }
        TapeMark mark = tape_mark();
        sum += (double)count * (double)tensor_item(gpt2_loss(model, ids, targets, 1, count, NULL, 0));
        predictions += count;
        tape_release(mark);
    }
    assert_int_equal(predictions, 149);
    double tolerance = gate_is_float() ? 1e-5 : 1e-12;
    assert_true(fabs(gpt2_evaluate(model, span, 4, 0) - sum / 149) < tolerance);
    assert_true(fabs(gpt2_evaluate(model, span, 1, 0) - sum / 149) < tolerance);
    stream_free(&stream);
    gpt2_free(model);
}

static double deviation(const Tensor *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->size; i++)
        sum += (double)t->data[i] * (double)t->data[i];
    return sqrt(sum / (double)t->size);
}

static void test_initial_values(void **state)
{
    (void)state;
    Config config = config_default();
    config.vocab_size = 65;
    Gpt2 *model = gpt2_make(&config, 1);
    const Block *block = &model->blocks[2];
    assert_true(fabs(deviation(model->tokens.table) - 0.02) < 1e-3);
    assert_true(fabs(deviation(model->positions.table) - 0.02) < 1e-3);
    assert_true(fabs(deviation(block->attention.qkv.weight) - 0.02) < 5e-4);
    assert_true(fabs(deviation(block->mlp.up.weight) - 0.02) < 5e-4);
    /* residual projections: 0.02 / sqrt(2 * 4) */
    assert_true(fabs(deviation(block->attention.output.weight) - 0.0070711) < 2e-4);
    assert_true(fabs(deviation(block->mlp.down.weight) - 0.0070711) < 2e-4);
    assert_true(deviation(block->mlp.up.bias) == 0);
    assert_true(deviation(model->final_norm.gain) == 1);
    assert_int_equal(gpt2_parameter_count(&config), parameters_elements(&model->parameters));
    Gpt2 *again = gpt2_make(&config, 1), *other = gpt2_make(&config, 2);
    size_t bytes = model->head->size * sizeof(real);
    assert_memory_equal(model->head->data, again->head->data, bytes);
    assert_memory_not_equal(model->head->data, other->head->data, bytes);
    gpt2_free(model);
    gpt2_free(again);
    gpt2_free(other);
}

static void test_dropout_changes_only_training(void **state)
{
    (void)state;
    Config config = config_small();
    Gpt2 *model = gpt2_make(&config, 1);
    int ids[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    Random a = random_make(1, 2), b = random_make(1, 2);
    TapeMark mark = tape_mark();
    real without = tensor_item(gpt2_loss(model, ids, ids, 1, 12, NULL, (real)0.5));
    real with = tensor_item(gpt2_loss(model, ids, ids, 1, 12, &a, (real)0.5));
    real same = tensor_item(gpt2_loss(model, ids, ids, 1, 12, &b, (real)0.5));
    real zero = tensor_item(gpt2_loss(model, ids, ids, 1, 12, &a, 0));
    assert_true(with != without);
    assert_true(with == same);
    assert_true(zero == without);
    tape_release(mark);
    gpt2_free(model);
}

static int teardown(void **state)
{
    (void)state;
    tape_free();
    gemm_free_buffers();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_stays),
        cmocka_unit_test(test_threads_do_not_show),
        cmocka_unit_test(test_report_can_stop),
        cmocka_unit_test(test_loss_that_is_not_finite),
        cmocka_unit_test(test_evaluation_covers_all),
        cmocka_unit_test(test_initial_values),
        cmocka_unit_test(test_dropout_changes_only_training),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
