/* Tests of what a step keeps: gradient buffers that are used again, activations that are made again,
 * logits that are never whole, blocks that leave nothing behind where nothing is recorded. Each is the
 * same to the last bit as what keeps everything; that gradients are right is the gates' business.
 * Taught in chapter 20. */
#include "child.h"
#include "gpt2/gpt2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- the arena ---------------------------------------------------------------------------------- */
static void test_large_requests(void **state)
{
    (void)state;
    enum { LARGE = 300 << 20, MARGIN = 4 << 20 };
    Arena arena = {0};
    arena_set_poison(false); /* what is not touched is not taken from the system */
    arena_alloc(&arena, 1000);
    ArenaMark mark = arena_mark(&arena);
    for (int step = 0; step < 3; step++) {
        arena_alloc(&arena, LARGE);
        for (int i = 0; i < 3; i++)
            arena_alloc(&arena, 500 << 10);
        assert_true(arena_capacity(&arena) < LARGE + MARGIN);
        assert_true(arena_used(&arena) >= LARGE + 1000 + 3 * (500 << 10));
        arena_release(&arena, mark);
        arena_alloc(&arena, 700 << 10); /* what comes in another order finds the chunks too */
        arena_alloc(&arena, LARGE);
        assert_true(arena_capacity(&arena) < LARGE + MARGIN);
        arena_release(&arena, mark);
    }
    assert_true(arena_used(&arena) < 2000);
    assert_true(arena_peak(&arena) >= LARGE && arena_peak(&arena) < LARGE + MARGIN);
    arena_free(&arena);
    arena_set_poison(true);
    assert_int_equal(arena_peak(&arena), 0);
}

/* ---- a small GPT-2 ------------------------------------------------------------------------------ */
enum { BATCH = 3, STEPS = 6, LAYERS = 5, VOCABULARY = 31 };

static Gpt2 *model_make(size_t layers)
{
    Config config = config_default();
    config.n_layer = layers;
    config.n_head = 2;
    config.n_embd = 16;
    config.n_positions = STEPS;
    config.vocab_size = VOCABULARY;
    Gpt2 *model = gpt2_make(&config, 5);
    Random random = random_make(7, 0);
    for (int i = 0; i < model->parameters.count; i++)
        parameter_normal(model->parameters.items[i].tensor, &random, (real)0.2);
    return model;
}

static void batch_fill(int *ids, int *targets)
{
    for (int i = 0; i < BATCH * STEPS; i++) {
        ids[i] = (7 * i + i * i) % VOCABULARY;
        targets[i] = i % 5 == 2 ? IGNORED : (11 * i + 3) % VOCABULARY;
    }
}

static Tensor *loss_of(const Gpt2 *model, Random *random, double rate)
{
    int ids[BATCH * STEPS], targets[BATCH * STEPS];
    batch_fill(ids, targets);
    return gpt2_loss(model, ids, targets, BATCH, STEPS, random, (real)rate);
}

/* The loss, the next number of the dropout's stream, and all gradients of a step, after two walks. */
typedef struct {
    real loss;
    double next;
    size_t count;
    real gradients[80000];
} Step;

static void retain_all(Tensor *from)
{
    for (Tensor *node = from; node != NULL; node = node->previous)
        tensor_retain_grad(node);
}

static void step_take(Step *step, Gpt2 *model, size_t segment, double rate, bool retain)
{
    TapeMark mark = tape_mark();
    Random random = random_make(3, 2);
    *step = (Step){0};
    gpt2_set_segment(model, segment);
    parameters_zero_grad(&model->parameters);
    Tensor *loss = loss_of(model, rate > 0 ? &random : NULL, rate);
    if (retain)
        retain_all(loss);
    step->next = random_uniform(&random);
    tensor_backward(loss);
    tensor_backward(tensor_scale(loss, (real)-0.3));
    step->loss = tensor_item(loss);
    for (int i = 0; i < model->parameters.count; i++) {
        const Tensor *p = model->parameters.items[i].tensor;
        assert_true(step->count + p->size <= sizeof step->gradients / sizeof *step->gradients);
        memcpy(step->gradients + step->count, p->grad, p->size * sizeof *p->grad);
        step->count += p->size;
    }
    tape_release(mark);
}

static void assert_same(const Step *a, const Step *b)
{
    assert_true(a->count > 10000 && a->loss > 0);
    assert_true(a->loss == b->loss && a->next == b->next);
    assert_memory_equal(a->gradients, b->gradients, a->count * sizeof *a->gradients);
}

static Step one, other;

/* ---- buffers used again ------------------------------------------------------------------------- */
/* With every gradient retained none is used again or handed on: the numbers must not show it. */
static void test_reuse_changes_no_bit(void **state)
{
    (void)state;
    Gpt2 *model = model_make(LAYERS);
    for (int plain = 0; plain < 2; plain++) {
        gpt2_set_plain(model, plain);
        step_take(&one, model, 0, 0.2, false);
        step_take(&other, model, 0, 0.2, true);
        assert_same(&one, &other);
    }
    gpt2_free(model);
}

/* What the walk of `layers` blocks takes from the tape. */
static size_t walk_bytes(size_t layers)
{
    Gpt2 *model = model_make(layers);
    TapeMark mark = tape_mark();
    Tensor *loss = loss_of(model, NULL, 0);
    size_t before = tape_used();
    tensor_backward(loss);
    size_t bytes = tape_used() - before;
    tape_release(mark);
    gpt2_free(model);
    return bytes;
}

/* Only what backwards take for themselves may grow with the depth. Without reuse a block's gradients
 * are 18 of the size of x. */
static void test_a_walk_takes_what_lives_at_once(void **state)
{
    (void)state;
    enum { ACTIVATION = BATCH * STEPS * 16 * sizeof(real) };
    size_t few = walk_bytes(2), many = walk_bytes(12);
    assert_true(many - few <= 10 * 2 * ACTIVATION);
    assert_true(few < 20 * ACTIVATION);
}

/* ---- checkpointing ------------------------------------------------------------------------------ */
static void test_checkpointing_changes_no_bit(void **state)
{
    (void)state;
    Gpt2 *model = model_make(LAYERS);
    const size_t segments[] = {1, 2, 3, 5, 9}; /* of 5 blocks: whole, not dividing, more than all */
    for (int i = 0; i < 2; i++) {
        double rate = i == 0 ? 0 : 0.2;
        threads_set(1);
        step_take(&one, model, 0, rate, false);
        for (size_t k = 0; k < sizeof segments / sizeof *segments; k++)
            for (int threads = 1; threads <= 2; threads++) {
                threads_set(threads);
                step_take(&other, model, segments[k], rate, false);
                assert_same(&one, &other);
            }
    }
    threads_set(1);
    gpt2_free(model);
}

static size_t step_peak(size_t layers, size_t segment)
{
    Gpt2 *model = model_make(layers);
    tape_free();
    step_take(&one, model, segment, 0, false);
    size_t peak = tape_peak();
    tape_free();
    gpt2_free(model);
    return peak;
}

static void test_checkpointing_takes_less(void **state)
{
    (void)state;
    size_t kept = step_peak(16, 0), again = step_peak(16, 4), half = step_peak(8, 4);
    assert_true(3 * again < kept);
    /* Eight blocks more are two segments' results more. */
    assert_true(again - half < 4 * BATCH * STEPS * 16 * sizeof(real));
    Config config = config_default();
    const size_t layers[] = {1, 2, 3, 6, 7, 12, 24, 48}, roots[] = {1, 1, 2, 2, 3, 3, 5, 7};
    for (int i = 0; i < 8; i++) {
        config.n_layer = layers[i];
        assert_int_equal(gpt2_segment_default(&config), roots[i]);
    }
}

static double losses[2][30];

static Error keep_loss(const TrainReport *report, void *context)
{
    ((double *)context)[report->step] = report->loss;
    return no_error();
}

static void test_training_is_the_same(void **state)
{
    (void)state;
    Stream stream = stream_make(900, VOCABULARY);
    for (size_t i = 0; i < stream.count; i++)
        stream_set(&stream, i, (int)((i * i + 5 * i) % VOCABULARY));
    Span train = {&stream, 0, 800}, held_out = {&stream, 800, 900};
    for (int i = 0; i < 2; i++) {
        TrainSettings settings = train_settings_default();
        TrainResult result;
        settings.steps = 20;
        settings.batch = 2;
        settings.micro_batches = 2;
        settings.warm_up = 3;
        settings.dropout = 0.1;
        settings.checkpointing = i == 1;
        settings.report = keep_loss;
        settings.context = losses[i];
        Gpt2 *model = model_make(LAYERS);
        Error error = gpt2_train(model, NULL, train, held_out, &settings, &result);
        assert_false(error.failed);
        assert_int_equal(model->segment, i == 1 ? 2 : 0);
        gpt2_free(model);
    }
    for (int step = 1; step <= 20; step++)
        assert_true(losses[0][step] == losses[1][step] && losses[0][step] > 0);
    stream_free(&stream);
}

static Tensor *squared_with(Tensor *x, Random *random, const void *context)
{
    (void)random;
    return tensor_mul(x, ((Tensor *const *)context)[0]);
}

/* The segment's x is a parameter that it knows by its own name too: p p, whose gradient is 2 p. */
static void test_a_segment_of_a_parameter(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *p = tensor_parameter(shape1(2));
    p->data[0] = 3;
    p->data[1] = -5;
    for (int walk = 1; walk <= 2; walk++) {
        Tensor *y = tensor_checkpoint(p, squared_with, &p, NULL);
        tensor_backward(tensor_sum(y, ALL_AXES));
        assert_true(p->grad[0] == (real)(6 * walk) && p->grad[1] == (real)(-10 * walk));
    }
    tensor_free(p);
    tape_release(mark);
}

static Tensor *adds_from_outside(Tensor *x, Random *random, const void *context)
{
    (void)random;
    return tensor_add(x, ((Tensor *const *)context)[0]);
}

static Tensor *from_outside(Tensor *x, Random *random, const void *context)
{
    (void)x;
    (void)random;
    return ((Tensor *const *)context)[0];
}

static Tensor *of_another_shape(Tensor *x, Random *random, const void *context)
{
    (void)random;
    (void)context;
    return tensor_sum(x, 0);
}

static void misuse(void *segment)
{
    Tensor *x = tensor_new(shape2(2, 3));
    memset(x->data, 0, x->size * sizeof(real));
    tensor_want_grad(x);
    Tensor *outside = tensor_scale(x, 2);
    Tensor *y = tensor_checkpoint(tensor_exp(x), *(Segment *)segment, &outside, NULL);
    tensor_backward_from(y, x->data);
}

static void test_segments_stand_alone(void **state)
{
    (void)state;
    const struct {
        Segment segment;
        const char *text;
    } cases[3] = {{adds_from_outside, "found add of a result of scale that was made outside of it"},
                  {from_outside, "found one of scale that was made outside of it"},
                  {of_another_shape, "segment_run: expected a segment whose result has x's shape, "
                                     "found (2,3) and (3)"}};
    threads_stop();
    for (int i = 0; i < 3; i++) {
        Segment segment = cases[i].segment;
        Child child = child_run(misuse, &segment);
        assert_true(child_aborted(&child));
        assert_non_null(strstr(child.text, cases[i].text));
    }
}

/* ---- without recording -------------------------------------------------------------------------- */
static size_t silent_peak(size_t layers, real *loss)
{
    Gpt2 *model = model_make(layers);
    bool recording = tape_set_recording(false);
    tape_free();
    *loss = tensor_item(loss_of(model, NULL, 0));
    size_t peak = tape_peak();
    tape_free();
    tape_set_recording(recording);
    gpt2_free(model);
    return peak;
}

static void test_one_block_at_a_time(void **state)
{
    (void)state;
    real loss;
    size_t few = silent_peak(2, &loss), many = silent_peak(12, &loss);
    assert_true(many - few < 10 * 200); /* a note for each block */
    silent_peak(LAYERS, &loss);
    Gpt2 *model = model_make(LAYERS);
    step_take(&one, model, 0, 0, false);
    assert_true(loss == one.loss);
    gpt2_free(model);
}

/* ---- the head in chunks ------------------------------------------------------------------------- */
/* 2,500 rows are three chunks of 834, 834 and 832. */
static void test_logits_are_never_whole(void **state)
{
    (void)state;
    enum { ROWS = 2500, WIDTH = 4, CLASSES = 1000, CHUNK = 834 };
    static int targets[ROWS];
    tape_free();
    Tensor *x = tensor_new(shape2(ROWS, WIDTH)), *table = tensor_new(shape2(CLASSES, WIDTH));
    Random random = random_make(4, 4);
    for (size_t i = 0; i < x->size; i++)
        x->data[i] = (real)random_normal(&random);
    for (size_t i = 0; i < table->size; i++)
        table->data[i] = (real)random_normal(&random);
    for (int i = 0; i < ROWS; i++)
        targets[i] = (int)random_below(&random, CLASSES);
    tensor_want_grad(x);
    tensor_want_grad(table);
    size_t before = tape_used(), chunk = CHUNK * CLASSES * sizeof(real);
    Tensor *loss = tensor_head_cross_entropy(x, table, targets);
    size_t kept = tape_used() - before;
    assert_true(kept >= chunk && kept < chunk + chunk / 8);
    tensor_backward(loss);
    assert_true(tape_peak() < before + chunk + chunk / 8);
    tape_set_recording(false);
    const Tensor *composed = tensor_softmax_cross_entropy(tensor_tied_head(x, table), targets);
    tape_set_recording(true);
    double bound = sizeof(real) == 4 ? 1e-5 : 1e-12;
    assert_true(fabs((double)(tensor_item(loss) / tensor_item(composed) - 1)) < bound);
    tape_free();
}

static void test_no_rows_and_one(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *table = tensor_new(shape2(2, 3)), *x = tensor_new(shape2(0, 3));
    memset(table->data, 0, table->size * sizeof(real));
    tensor_want_grad(table);
    tensor_want_grad(x);
    Tensor *loss = tensor_head_cross_entropy(x, table, (const int[]){0});
    tensor_backward(loss);
    assert_true(tensor_item(loss) == 0 && table->has_grad && table->grad[5] == 0);
    Tensor *row = tensor_from(shape1(3), (real[]){1, 2, 3});
    loss = tensor_head_cross_entropy(row, table, (const int[]){1});
    assert_true(fabs((double)tensor_item(loss) - log(2.0)) < 1e-6);
    tape_release(mark);
}

int main(void)
{
    arena_set_poison(true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_requests),
        cmocka_unit_test(test_reuse_changes_no_bit),
        cmocka_unit_test(test_a_walk_takes_what_lives_at_once),
        cmocka_unit_test(test_checkpointing_changes_no_bit),
        cmocka_unit_test(test_checkpointing_takes_less),
        cmocka_unit_test(test_training_is_the_same),
        cmocka_unit_test(test_a_segment_of_a_parameter),
        cmocka_unit_test(test_segments_stand_alone),
        cmocka_unit_test(test_one_block_at_a_time),
        cmocka_unit_test(test_logits_are_never_whole),
        cmocka_unit_test(test_no_rows_and_one),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
