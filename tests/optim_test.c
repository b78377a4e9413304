/* Tests of lib/optim: what the optimizers remember, skip and give back, the global norm, clipping,
 * the schedule, and the same bits with any number of threads. The update rules themselves are held
 * to plain loops by the gate of chapter 14. */
#include "optim/optim.h"

#include "child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Sizes around the pieces of the updates and of clip.c: part of one, one, several and a part. */
enum { N = 4 };
static const size_t SIZES[N] = {1, 7, 4096, 50021};

/* Parameters with normal values and gradients; the same for the same seed. */
static Tensor **make_parameters(uint64_t seed)
{
    Random random = random_make(seed, 0);
    Tensor **parameters = memory_alloc(N * sizeof *parameters);
    for (int i = 0; i < N; i++) {
        parameters[i] = tensor_parameter(i % 2 == 0 ? shape2(SIZES[i], 1) : shape1(SIZES[i]));
        for (size_t j = 0; j < SIZES[i]; j++)
            parameters[i]->data[j] = (real)random_normal(&random);
    }
    return parameters;
}

static void draw_gradients(Tensor **parameters, uint64_t seed)
{
    Random random = random_make(seed, 1);
    for (int i = 0; i < N; i++) {
        for (size_t j = 0; j < parameters[i]->size; j++)
            parameters[i]->grad[j] = (real)random_normal(&random);
        parameters[i]->has_grad = true;
    }
}

static void free_parameters(Tensor **parameters)
{
    for (int i = 0; i < N; i++)
        tensor_free(parameters[i]);
    free(parameters);
}

/* One parameter of two elements, with a gradient. */
static Tensor *pair(real a, real b, real ga, real gb)
{
    Tensor *p = tensor_parameter(shape1(2));
    p->data[0] = a, p->data[1] = b;
    p->grad[0] = ga, p->grad[1] = gb;
    p->has_grad = true;
    return p;
}

static void expect_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("expected %.17g within %g, found %.17g", expected, tolerance, found);
}

static double round_off(void)
{
    return sizeof(real) == sizeof(float) ? 1e-6 : 1e-14;
}

static const AdamSettings SETTINGS = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.1};

/* ---- each rule, behind one face ------------------------------------------------------------------ */
enum { SGD, MOMENTUM, ADAM, ADAMW, RULES };
typedef struct {
    int rule;
    Tensor **parameters;
    Momentum *momentum;
    AdamW *adam;
} Run;

static Run run_begin(int rule, uint64_t seed)
{
    Run run = {rule, make_parameters(seed), NULL, NULL};
    run.momentum = momentum_make(run.parameters, N, 0.9);
    run.adam = adamw_make(run.parameters, N, NULL, SETTINGS);
    return run;
}

static void run_step(Run *run, double rate, double scale)
{
    switch (run->rule) {
    case SGD: sgd_step(run->parameters, N, rate, scale); break;
    case MOMENTUM: momentum_step(run->momentum, rate, scale); break;
    case ADAM: adam_step(run->adam, rate, scale); break;
    default: adamw_step(run->adam, rate, scale);
    }
}

static void run_end(Run *run)
{
    momentum_free(run->momentum);
    adamw_free(run->adam);
    free_parameters(run->parameters);
}

static void expect_same_parameters(const Run *a, const Run *b)
{
    for (int i = 0; i < N; i++)
        assert_memory_equal(a->parameters[i]->data, b->parameters[i]->data, SIZES[i] * sizeof(real));
}

/* ---- what is remembered -------------------------------------------------------------------------- */
static void test_adamw_state(void **state)
{
    (void)state;
    Tensor *shapes[5] = {tensor_parameter(shape0()), tensor_parameter(shape1(3)),
                         tensor_parameter(shape2(3, 5)), tensor_parameter(shape3(2, 3, 5)),
                         tensor_parameter(shape2(1, 1))};
    AdamW *usual = adamw_make(shapes, 5, NULL, SETTINGS);
    assert_int_equal(usual->step, 0);
    const bool expected[5] = {false, false, true, true, true};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(usual->decays[i], expected[i]);
        for (size_t j = 0; j < shapes[i]->size; j++)
            assert_true(usual->first[i][j] == 0 && usual->second[i][j] == 0);
    }
    bool given[5] = {true, true, false, false, true};
    AdamW *chosen = adamw_make(shapes, 5, given, SETTINGS);
    given[0] = false; /* the flags were copied */
    assert_true(chosen->decays[0] && chosen->decays[1] && !chosen->decays[2] && !chosen->decays[3]);
    adamw_step(chosen, 1e-3, 1);
    adam_step(chosen, 1e-3, 1);
    assert_int_equal(chosen->step, 2);
    adamw_free(usual);
    adamw_free(chosen);
    for (int i = 0; i < 5; i++)
        tensor_free(shapes[i]);
}

static void test_adam_settings(void **state)
{
    (void)state;
    AdamSettings settings = adam_settings();
    assert_true(settings.beta1 == 0.9 && settings.beta2 == 0.999);
    assert_true(settings.epsilon == 1e-8 && settings.decay == 0);
}

static void test_free_of_nothing(void **state)
{
    (void)state;
    adamw_free(NULL);
    momentum_free(NULL);
    AdamW *adam = adamw_make(NULL, 0, NULL, adam_settings());
    Momentum *momentum = momentum_make(NULL, 0, 0.9);
    adamw_step(adam, 1, 1);
    momentum_step(momentum, 1, 1);
    assert_true(gradients_norm(NULL, 0) == 0);
    adamw_free(adam);
    momentum_free(momentum);
}

/* A parameter that no gradient reached is left alone, whatever lies in its buffer. */
static void test_skipped_parameters(void **state)
{
    (void)state;
    for (int rule = 0; rule < RULES; rule++) {
        Run run = run_begin(rule, 3), before = run_begin(rule, 3);
        draw_gradients(run.parameters, 4);
        run_step(&run, 1e-3, 1);
        draw_gradients(before.parameters, 4);
        run_step(&before, 1e-3, 1);
        for (int i = 0; i < N; i++) {
            run.parameters[i]->has_grad = false;
            for (size_t j = 0; j < SIZES[i]; j++)
                run.parameters[i]->grad[j] = (real)NAN;
        }
        run_step(&run, 1e-3, 1);
        expect_same_parameters(&run, &before);
        for (int i = 0; i < N; i++) {
            assert_memory_equal(run.adam->first[i], before.adam->first[i], SIZES[i] * sizeof(real));
            assert_memory_equal(run.adam->second[i], before.adam->second[i], SIZES[i] * sizeof(real));
            assert_memory_equal(run.momentum->velocity[i], before.momentum->velocity[i],
                                SIZES[i] * sizeof(real));
        }
        run_end(&run);
        run_end(&before);
    }
}

static void test_gradient_scale(void **state)
{
    (void)state;
    for (int rule = 0; rule < RULES; rule++) {
        Run folded = run_begin(rule, 5), scaled = run_begin(rule, 5);
        for (uint64_t step = 0; step < 3; step++) {
            draw_gradients(folded.parameters, step);
            draw_gradients(scaled.parameters, step);
            for (int i = 0; i < N; i++)
                for (size_t j = 0; j < SIZES[i]; j++)
                    scaled.parameters[i]->grad[j] *= (real)0.25; /* exact in both */
            run_step(&folded, 1e-2, 0.25);
            run_step(&scaled, 1e-2, 1);
        }
        /* sgd folds the scale into the rate, where the product of the two may round otherwise. */
        for (int i = 0; i < N; i++)
            for (size_t j = 0; j < SIZES[i]; j++)
                expect_near((double)folded.parameters[i]->data[j],
                            (double)scaled.parameters[i]->data[j], round_off());
        run_end(&folded);
        run_end(&scaled);
    }
}

/* Ten steps are five, what is remembered carried over, and five more: bit for bit. */
static void test_resume(void **state)
{
    (void)state;
    for (int rule = 0; rule < RULES; rule++) {
        Run whole = run_begin(rule, 7), half = run_begin(rule, 7), rest = run_begin(rule, 8);
        for (uint64_t step = 0; step < 10; step++) {
            if (step == 5) {
                rest.adam->step = half.adam->step;
                for (int i = 0; i < N; i++) {
                    size_t bytes = SIZES[i] * sizeof(real);
                    memcpy(rest.parameters[i]->data, half.parameters[i]->data, bytes);
                    memcpy(rest.adam->first[i], half.adam->first[i], bytes);
                    memcpy(rest.adam->second[i], half.adam->second[i], bytes);
                    memcpy(rest.momentum->velocity[i], half.momentum->velocity[i], bytes);
                }
            }
            Run *second = step < 5 ? &half : &rest;
            draw_gradients(whole.parameters, step);
            draw_gradients(second->parameters, step);
            run_step(&whole, 1e-3, 1);
            run_step(second, 1e-3, 1);
        }
        expect_same_parameters(&whole, &rest);
        run_end(&whole);
        run_end(&half);
        run_end(&rest);
    }
}

/* ---- threads ------------------------------------------------------------------------------------- */
static void test_threads_give_the_same_bits(void **state)
{
    (void)state;
    const int threads[2] = {2, 8};
    for (int rule = 0; rule < RULES; rule++)
        for (int k = 0; k < 2; k++) {
            Run serial = run_begin(rule, 9), parallel = run_begin(rule, 9);
            for (uint64_t step = 0; step < 3; step++) {
                draw_gradients(serial.parameters, step);
                draw_gradients(parallel.parameters, step);
                threads_set(1);
                double norm = gradients_clip(serial.parameters, N, 1);
                run_step(&serial, 1e-2, 1);
                threads_set(threads[k]);
                double again = gradients_clip(parallel.parameters, N, 1);
                run_step(&parallel, 1e-2, 1);
                assert_memory_equal(&norm, &again, sizeof norm);
            }
            expect_same_parameters(&serial, &parallel);
            run_end(&serial);
            run_end(&parallel);
        }
    threads_set(1);
}

/* ---- gradients, norm, clip ------------------------------------------------------------------------ */
static void test_gradients_zero(void **state)
{
    (void)state;
    Tensor **parameters = make_parameters(1);
    draw_gradients(parameters, 1);
    gradients_zero(parameters, N - 1);
    for (int i = 0; i < N; i++)
        assert_int_equal(parameters[i]->has_grad, i == N - 1);
    free_parameters(parameters);
}

static void test_norm(void **state)
{
    (void)state;
    Tensor *p[3] = {pair(0, 0, 3, 0), pair(0, 0, 0, -4), pair(0, 0, 12, 0)};
    assert_true(gradients_norm(p, 2) == 5);
    assert_true(gradients_norm(p, 3) == 13);
    p[1]->has_grad = false;
    assert_true(gradients_norm(p, 2) == 3);
    gradients_zero(p, 3);
    assert_true(gradients_norm(p, 3) == 0);
    p[2]->has_grad = true;
    p[2]->grad[1] = (real)NAN;
    assert_true(isnan(gradients_norm(p, 3)));
    p[2]->grad[1] = (real)-INFINITY;
    assert_true(isinf(gradients_norm(p, 3)));
    for (int i = 0; i < 3; i++)
        tensor_free(p[i]);
}

/* More elements than clip.c takes at a time, against one sum that runs from the other end. */
static void test_norm_of_many(void **state)
{
    (void)state;
    const size_t size = (1 << 20) + 12345;
    Tensor *parameters[2] = {tensor_parameter(shape1(size)), pair(0, 0, 30, -40)};
    Random random = random_make(2, 0);
    double sum = 2500;
    for (size_t j = 0; j < size; j++)
        parameters[0]->grad[j] = (real)(random_uniform(&random) - 0.25);
    parameters[0]->has_grad = true;
    for (size_t j = size; j-- > 0;)
        sum += (double)parameters[0]->grad[j] * (double)parameters[0]->grad[j];
    double serial = gradients_norm(parameters, 2);
    expect_near(serial, sqrt(sum), 1e-11 * sqrt(sum));
    for (int threads = 2; threads <= 8; threads += 6) {
        threads_set(threads);
        double norm = gradients_norm(parameters, 2);
        assert_memory_equal(&norm, &serial, sizeof norm);
    }
    threads_set(1);
    tensor_free(parameters[0]);
    tensor_free(parameters[1]);
}

static void test_clip_scale(void **state)
{
    (void)state;
    assert_true(clip_scale(0.5, 1) == 1);
    assert_true(clip_scale(0, 1) == 1);
    expect_near(clip_scale(4, 1), 0.25, 1e-7);
    expect_near(clip_scale(4, 1), 1 / 4.000001, 1e-15);
    expect_near(clip_scale(10, 2.5), 0.25, 1e-7);
    assert_true(clip_scale(1e300, HUGE_VAL) == 1);
    assert_true(isnan(clip_scale(nan(""), 1)));
    assert_true(clip_scale(HUGE_VAL, 1) == 0);
}

static void test_clip(void **state)
{
    (void)state;
    Tensor *p[2] = {pair(0, 0, 3, 0), pair(0, 0, 0, -4)};
    assert_true(gradients_clip(p, 2, 6) == 5);
    assert_true(p[0]->grad[0] == 3 && p[1]->grad[1] == -4); /* below the limit: not a bit changes */
    assert_true(gradients_clip(p, 2, 1) == 5);
    expect_near((double)p[0]->grad[0], 0.6, 3e-7);
    expect_near((double)p[1]->grad[1], -0.8, 3e-7);
    expect_near(gradients_norm(p, 2), 1, 3e-7);
    p[0]->has_grad = false;
    p[0]->grad[0] = 77; /* what is not there is not scaled */
    gradients_clip(p, 2, 0.1);
    assert_true(p[0]->grad[0] == 77);
    expect_near((double)p[1]->grad[1], -0.1, 3e-7);
    tensor_free(p[0]);
    tensor_free(p[1]);
}

/* ---- schedule ------------------------------------------------------------------------------------- */
static void test_schedule(void **state)
{
    (void)state;
    const Schedule s = {.peak = 1e-3, .floor = 1e-4, .warmup = 99, .total = 2099};
    expect_near(schedule_rate(&s, 0), 1e-5, 1e-18);
    expect_near(schedule_rate(&s, 49), 5e-4, 1e-18);
    expect_near(schedule_rate(&s, 98), 9.9e-4, 1e-18);
    assert_true(schedule_rate(&s, 99) == 1e-3);
    expect_near(schedule_rate(&s, 1099), 5.5e-4, 1e-18);
    expect_near(schedule_rate(&s, 599), 1e-4 + 9e-4 * (1 + sqrt(0.5)) / 2, 1e-18);
    assert_true(schedule_rate(&s, 2099) == 1e-4 && schedule_rate(&s, 1000000) == 1e-4);
    for (long step = 0; step < 3000; step++) {
        double rate = schedule_rate(&s, step), next = schedule_rate(&s, step + 1);
        assert_true(step < 99 ? next > rate : step < 2099 ? next < rate : next == rate);
        assert_true(rate > 0 && rate <= 1e-3 && (step < 99 || rate >= 1e-4));
        assert_true(fabs(next - rate) < 1.1e-5); /* no jump anywhere */
    }
}

static void test_schedule_corners(void **state)
{
    (void)state;
    const Schedule no_warmup = {1, 0, 0, 10}, constant = {0.5, 0.5, 0, 0}, only_warmup = {1, 0, 4, 4};
    assert_true(schedule_rate(&no_warmup, 0) == 1);
    expect_near(schedule_rate(&no_warmup, 5), 0.5, 1e-15);
    assert_true(schedule_rate(&no_warmup, 10) == 0);
    assert_true(schedule_rate(&constant, 0) == 0.5 && schedule_rate(&constant, 99) == 0.5);
    expect_near(schedule_rate(&only_warmup, 3), 0.8, 1e-15);
    assert_true(schedule_rate(&only_warmup, 4) == 0);
    const Schedule flat = {0.5, 0.5, 4, 20};
    for (long step = 4; step < 30; step++)
        assert_true(schedule_rate(&flat, step) == 0.5);
}

/* ---- broken contracts ------------------------------------------------------------------------------ */
static void settings_made(void *settings)
{
    adamw_make(NULL, 0, NULL, *(const AdamSettings *)settings);
}

static void momentum_made(void *keep)
{
    momentum_make(NULL, 0, *(const double *)keep);
}

static void scale_asked(void *limit)
{
    clip_scale(1, *(const double *)limit);
}

static void rate_asked(void *schedule)
{
    schedule_rate(schedule, 0);
}

static void rate_before_the_start(void *schedule)
{
    schedule_rate(schedule, -1);
}

/* Runs `body` in a child, which must abort with a message that holds `part`. */
static void expect_abort(void (*body)(void *), void *context, const char *part)
{
    Child child = child_run(body, context);
    assert_true(child_aborted(&child));
    if (strstr(child.text, part) == NULL)
        fail_msg("expected \"%s\" in: %s", part, child.text);
}

static void test_contracts(void **state)
{
    (void)state;
    threads_stop(); /* a child of fork has no threads but its own */
    expect_abort(settings_made, &(AdamSettings){0.9, 1, 1e-8, 0}, "expected betas in [0, 1), found 0.9 and 1");
    expect_abort(settings_made, &(AdamSettings){-0.1, 0.9, 1e-8, 0}, "expected betas in [0, 1), found -0.1");
    expect_abort(settings_made, &(AdamSettings){0.9, 0.9, 0, 0}, "expected epsilon > 0");
    expect_abort(settings_made, &(AdamSettings){0.9, 0.9, 1e-8, -1}, "decay >= 0");
    expect_abort(settings_made, &(AdamSettings){0.9, 0.9, 1e-8, nan("")}, "decay >= 0");
    expect_abort(momentum_made, &(double){1}, "expected keep in [0, 1)");
    expect_abort(scale_asked, &(double){0}, "expected a limit above 0, found 0");
    expect_abort(rate_asked, &(Schedule){1, 2, 0, 10}, "expected 0 <= floor <= peak");
    expect_abort(rate_asked, &(Schedule){1, 0, 11, 10}, "warmup 11, total 10");
    expect_abort(rate_before_the_start, &(Schedule){1, 0, 0, 10}, "step -1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adamw_state),
        cmocka_unit_test(test_adam_settings),
        cmocka_unit_test(test_free_of_nothing),
        cmocka_unit_test(test_skipped_parameters),
        cmocka_unit_test(test_gradient_scale),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_threads_give_the_same_bits),
        cmocka_unit_test(test_gradients_zero),
        cmocka_unit_test(test_norm),
        cmocka_unit_test(test_norm_of_many),
        cmocka_unit_test(test_clip_scale),
        cmocka_unit_test(test_clip),
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_schedule_corners),
        cmocka_unit_test(test_contracts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
