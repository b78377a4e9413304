/* The gate of chapter 14: the update rules, clipping and the schedule.
 *
 * Nothing here is differentiated, so nothing is held to finite differences. Each rule runs ten steps
 * and is held to a plain loop written here from its paper, one number at a time, always in double.
 * What is compared is every parameter, and what the optimizer remembers, by the largest value of the
 * same array. In double the two must agree to 1e-12. In float, rounding alone leaves about ten steps
 * times 6e-8 of a parameter of size 1, hence the house's 1e-5 for float against double. */
#include "optim/optim.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 10, COUNT = 3, LARGEST = 15 };

static double tolerance(void)
{
    return gate_is_float() ? 1e-5 : 1e-12;
}

/* A row that passes if `worst` is within `allowed`; NaN is not. */
static void check_error(const char *name, double worst, double allowed)
{
    gate_check(name, worst <= allowed, "worst error %.1e", worst);
}

/* ---- parameters, gradients, and the same in plain double ---------------------------------------- */

/* A matrix, a vector and one more matrix: the usual groups decay the first and the last. */
typedef struct {
    Tensor *parameters[COUNT];
    double p[COUNT][LARGEST], g[COUNT][LARGEST], m[COUNT][LARGEST], v[COUNT][LARGEST];
} Pair;

static Pair pair_make(void)
{
    Pair pair = {.parameters = {tensor_parameter(shape2(3, 5)), tensor_parameter(shape1(7)),
                                tensor_parameter(shape2(2, 1))}};
    for (int i = 0; i < COUNT; i++)
        for (size_t j = 0; j < pair.parameters[i]->size; j++) {
            /* Exact in float: both precisions and the plain loop start from the same numbers. */
            pair.p[i][j] = (double)(float)random_normal(gate_random());
            pair.parameters[i]->data[j] = (real)pair.p[i][j];
        }
    return pair;
}

/* New gradients of very different sizes; one in seven is zero. */
static void draw_gradients(Pair *pair)
{
    for (int i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < pair->parameters[i]->size; j++) {
            double size = pow(10.0, -3 + 2.0 * (double)(j % 3));
            bool zero = random_below(gate_random(), 7) == 0;
            pair->g[i][j] = zero ? 0 : (double)(float)(size * random_normal(gate_random()));
            pair->parameters[i]->grad[j] = (real)pair->g[i][j];
        }
        pair->parameters[i]->has_grad = true;
    }
}

static void pair_free(Pair *pair)
{
    for (int i = 0; i < COUNT; i++)
        tensor_free(pair->parameters[i]);
}

/* The worst difference of one array from its plain twin, by the largest of the twin; NaN counts. */
static double worst_of(const real *found, const double *expected, size_t n)
{
    double worst = 0, largest = 0;
    for (size_t j = 0; j < n; j++) {
        double difference = fabs((double)found[j] - expected[j]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        largest = fmax(largest, fabs(expected[j]));
    }
    return worst == 0 ? 0 : worst / largest;
}

static double worst_parameter(const Pair *pair)
{
    double worst = 0;
    for (int i = 0; i < COUNT; i++)
        worst = fmax(worst, worst_of(pair->parameters[i]->data, pair->p[i], pair->parameters[i]->size));
    return worst;
}

static double worst_state(const Pair *pair, real *const *first, real *const *second)
{
    double worst = 0;
    for (int i = 0; i < COUNT; i++) {
        size_t n = pair->parameters[i]->size;
        worst = fmax(worst, worst_of(first[i], pair->m[i], n));
        if (second != NULL)
            worst = fmax(worst, worst_of(second[i], pair->v[i], n));
    }
    return worst;
}

/* ---- the rules, from their papers ---------------------------------------------------------------- */
typedef struct {
    double rate, scale, momentum, beta1, beta2, epsilon, decay;
} Setting;

static void plain_sgd(double *p, double g, const Setting *s)
{
    *p = *p - s->rate * (s->scale * g);
}

static void plain_momentum(double *p, double *v, double g, const Setting *s)
{
    *v = s->momentum * *v + s->scale * g;
    *p = *p - s->rate * *v;
}

/* beta to the t-th, by multiplying. */
static double power(double beta, int t)
{
    double product = 1;
    for (int i = 0; i < t; i++)
        product *= beta;
    return product;
}

/* Kingma and Ba, algorithm 1; with `decay` joining the gradient, or, decoupled, leaving p directly. */
static void plain_adam(double *p, double *m, double *v, double g, int t, const Setting *s, double decay,
                       bool decoupled)
{
    double old = *p, grad = s->scale * g + (decoupled ? 0 : decay * old);
    *m = s->beta1 * *m + (1 - s->beta1) * grad;
    *v = s->beta2 * *v + (1 - s->beta2) * grad * grad;
    double mean = *m / (1 - power(s->beta1, t)), square = *v / (1 - power(s->beta2, t));
    *p = old - s->rate * mean / (sqrt(square) + s->epsilon);
    if (decoupled)
        *p = *p - s->rate * decay * old;
}

/* ---- ten steps of each ---------------------------------------------------------------------------- */
static void check_sgd(void)
{
    const Setting s = {.rate = 0.01, .scale = 0.5};
    Pair pair = pair_make();
    for (int t = 1; t <= STEPS; t++) {
        draw_gradients(&pair);
        sgd_step(pair.parameters, COUNT, s.rate, s.scale);
        for (int i = 0; i < COUNT; i++)
            for (size_t j = 0; j < pair.parameters[i]->size; j++)
                plain_sgd(&pair.p[i][j], pair.g[i][j], &s);
    }
    check_error("sgd_step ten steps", worst_parameter(&pair), tolerance());
    pair_free(&pair);
}

static void check_momentum(void)
{
    const Setting s = {.rate = 0.01, .scale = 0.5, .momentum = 0.9};
    Pair pair = pair_make();
    Momentum *optimizer = momentum_make(pair.parameters, COUNT, s.momentum);
    for (int t = 1; t <= STEPS; t++) {
        draw_gradients(&pair);
        momentum_step(optimizer, s.rate, s.scale);
        for (int i = 0; i < COUNT; i++)
            for (size_t j = 0; j < pair.parameters[i]->size; j++)
                plain_momentum(&pair.p[i][j], &pair.m[i][j], pair.g[i][j], &s);
    }
    double worst = fmax(worst_parameter(&pair), worst_state(&pair, optimizer->velocity, NULL));
    check_error("momentum_step ten steps", worst, tolerance());
    momentum_free(optimizer);
    pair_free(&pair);
}

static void check_adam(const char *name, bool decoupled, Setting s)
{
    Pair pair = pair_make();
    AdamSettings settings = {s.beta1, s.beta2, s.epsilon, s.decay};
    AdamW *optimizer = adamw_make(pair.parameters, COUNT, NULL, settings);
    for (int t = 1; t <= STEPS; t++) {
        draw_gradients(&pair);
        (decoupled ? adamw_step : adam_step)(optimizer, s.rate, s.scale);
        for (int i = 0; i < COUNT; i++)
            for (size_t j = 0; j < pair.parameters[i]->size; j++)
                plain_adam(&pair.p[i][j], &pair.m[i][j], &pair.v[i][j], pair.g[i][j], t, &s,
                           i == 1 ? 0 : s.decay, decoupled);
    }
    double worst = fmax(worst_parameter(&pair), worst_state(&pair, optimizer->first, optimizer->second));
    check_error(name, worst, tolerance());
    adamw_free(optimizer);
    pair_free(&pair);
}

/* adam.c is the plain version of adamw.c: without decay they are one rule. */
static void check_adam_is_adamw(void)
{
    const AdamSettings settings = {0.9, 0.99, 1e-8, 0};
    Pair pair = pair_make(), twin = pair_make();
    for (int i = 0; i < COUNT; i++)
        memcpy(twin.parameters[i]->data, pair.parameters[i]->data, pair.parameters[i]->size * sizeof(real));
    AdamW *plain = adamw_make(pair.parameters, COUNT, NULL, settings);
    AdamW *fast = adamw_make(twin.parameters, COUNT, NULL, settings);
    for (int t = 1; t <= STEPS; t++) {
        draw_gradients(&pair);
        for (int i = 0; i < COUNT; i++) {
            memcpy(twin.parameters[i]->grad, pair.parameters[i]->grad,
                   pair.parameters[i]->size * sizeof(real));
            twin.parameters[i]->has_grad = true;
        }
        adam_step(plain, 1e-2, 1);
        adamw_step(fast, 1e-2, 1);
    }
    for (int i = 0; i < COUNT; i++)
        for (size_t j = 0; j < pair.parameters[i]->size; j++)
            twin.p[i][j] = (double)pair.parameters[i]->data[j];
    check_error("adam_step without decay is adamw_step", worst_parameter(&twin), tolerance());
    adamw_free(plain);
    adamw_free(fast);
    pair_free(&pair);
    pair_free(&twin);
}

/* ---- Adam's first step ------------------------------------------------------------------------------
 * m^ = g and v^ = g^2, so p moves by -rate g / (|g| + epsilon): minus the rate times the sign, short
 * of it by the fraction epsilon / (|g| + epsilon). */
static void check_first_step(const char *name, void (*step)(AdamW *, double, double))
{
    enum { SIZES = 9 };
    const double rate = 0.125, epsilon = 1e-8;
    Tensor *p = tensor_parameter(shape1(2 * SIZES));
    AdamW *optimizer = adamw_make(&p, 1, NULL, adam_settings());
    double worst = 0, short_by = 0;
    for (int i = 0; i < 2 * SIZES; i++)
        p->grad[i] = (real)((i < SIZES ? 1 : -1) * pow(10.0, i % SIZES - 5));
    p->has_grad = true;
    step(optimizer, rate, 1);
    for (int i = 0; i < 2 * SIZES; i++) {
        double size = fabs((double)p->grad[i]), sign = i < SIZES ? 1 : -1;
        double moved = (double)p->data[i] / rate, expected = -sign * size / (size + epsilon);
        worst = fmax(worst, isnan(moved) ? HUGE_VAL : fabs(moved - expected));
        short_by = fmax(short_by, fabs(moved + sign));
    }
    /* |g| goes from 1e-5 to 1e3, and epsilon is 1e-3 of the smallest. In float, 1 - beta2 = .001 and
     * its square root carry a rounding of some 1e-6. */
    bool passed = worst <= (gate_is_float() ? 1e-6 : 1e-14) && short_by < 1.1e-3;
    gate_check(name, passed, "worst error %.1e", worst);
    adamw_free(optimizer);
    tensor_free(p);
}

/* ---- decay groups ------------------------------------------------------------------------------------
 * With gradients of zero nothing moves but by decay: a decayed p is (1 - rate decay)^t p, others stay. */
static void check_groups(const char *name, const bool *decays, const bool expected[COUNT])
{
    const AdamSettings settings = {0.9, 0.99, 1e-8, 0.5};
    Pair pair = pair_make();
    AdamW *optimizer = adamw_make(pair.parameters, COUNT, decays, settings);
    double worst = 0;
    for (int t = 1; t <= STEPS; t++) {
        for (int i = 0; i < COUNT; i++) {
            memset(pair.parameters[i]->grad, 0, pair.parameters[i]->size * sizeof(real));
            pair.parameters[i]->has_grad = true;
        }
        adamw_step(optimizer, 0.25, 1);
    }
    bool untouched = true;
    for (int i = 0; i < COUNT; i++)
        for (size_t j = 0; j < pair.parameters[i]->size; j++) {
            double p = (double)pair.parameters[i]->data[j];
            if (expected[i])
                worst = fmax(worst, gate_error(p, power(0.875, STEPS) * pair.p[i][j]));
            else
                untouched = untouched && p == pair.p[i][j];
        }
    gate_check(name, untouched && worst <= tolerance(), "worst error %.1e", worst);
    adamw_free(optimizer);
    pair_free(&pair);
}

/* ---- no gradient, no step --------------------------------------------------------------------------- */
static void check_skipped(void)
{
    Pair pair = pair_make();
    AdamW *adam = adamw_make(pair.parameters, COUNT, NULL, (AdamSettings){0.9, 0.99, 1e-8, 0.1});
    Momentum *momentum = momentum_make(pair.parameters, COUNT, 0.9);
    draw_gradients(&pair);
    gradients_zero(pair.parameters, COUNT);
    sgd_step(pair.parameters, COUNT, 1, 1);
    momentum_step(momentum, 1, 1);
    adam_step(adam, 1, 1);
    adamw_step(adam, 1, 1);
    bool still = worst_parameter(&pair) == 0 && gradients_norm(pair.parameters, COUNT) == 0;
    still = still && worst_state(&pair, adam->first, adam->second) == 0;
    gate_check("gradients_zero leaves nothing to step along", still && adam->step == 2,
               "%ld steps, nothing moved", adam->step);
    adamw_free(adam);
    momentum_free(momentum);
    pair_free(&pair);
}

/* ---- clipping ------------------------------------------------------------------------------------------ */
static double plain_norm(const Pair *pair)
{
    double sum = 0;
    for (int i = 0; i < COUNT; i++)
        for (size_t j = 0; j < pair->parameters[i]->size; j++)
            sum += pow(pair->g[i][j], 2);
    return sqrt(sum);
}

static void check_clip(void)
{
    const double limit = 0.75;
    Pair pair = pair_make();
    draw_gradients(&pair);
    double norm = plain_norm(&pair), worst = 0;
    /* Squares of floats are exact in double, and so is the norm's sum but for its last digits. */
    check_error("gradients_norm all parameters as one vector",
                gate_error(gradients_norm(pair.parameters, COUNT), norm), 1e-14);
    double above = gradients_clip(pair.parameters, COUNT, 2 * norm);
    for (int i = 0; i < COUNT; i++)
        for (size_t j = 0; j < pair.parameters[i]->size; j++)
            worst = fmax(worst, fabs((double)pair.parameters[i]->grad[j] - pair.g[i][j]));
    gate_check("gradients_clip below the limit", worst == 0 && gate_error(above, norm) <= 1e-14,
               "not a bit changes");
    double before = gradients_clip(pair.parameters, COUNT, limit);
    for (int i = 0; i < COUNT; i++)
        for (size_t j = 0; j < pair.parameters[i]->size; j++)
            pair.g[i][j] *= limit / (norm + 1e-6);
    for (int i = 0; i < COUNT; i++)
        worst = fmax(worst, worst_of(pair.parameters[i]->grad, pair.g[i], pair.parameters[i]->size));
    check_error("gradients_clip keeps the direction", fmax(worst, gate_error(before, norm)), tolerance());
    double after = gradients_norm(pair.parameters, COUNT);
    gate_check("gradients_clip to the limit", after <= limit * (1 + 1e-7) && after > limit * (1 - 2e-6),
               "norm %.6f before, %.6f after", before, after);
    pair_free(&pair);
}

/* A scale folded into the step is the same as scaling first. */
static void check_folded(void)
{
    Pair clipped = pair_make(), folded = pair_make();
    draw_gradients(&clipped);
    for (int i = 0; i < COUNT; i++) {
        size_t bytes = clipped.parameters[i]->size * sizeof(real);
        memcpy(folded.parameters[i]->data, clipped.parameters[i]->data, bytes);
        memcpy(folded.parameters[i]->grad, clipped.parameters[i]->grad, bytes);
        folded.parameters[i]->has_grad = true;
    }
    double scale = clip_scale(gradients_norm(folded.parameters, COUNT), 1);
    gradients_clip(clipped.parameters, COUNT, 1);
    sgd_step(clipped.parameters, COUNT, 0.5, 1);
    sgd_step(folded.parameters, COUNT, 0.5, scale);
    for (int i = 0; i < COUNT; i++)
        for (size_t j = 0; j < clipped.parameters[i]->size; j++)
            folded.p[i][j] = (double)clipped.parameters[i]->data[j];
    gate_check("clip_scale folded into a step", scale < 1 && worst_parameter(&folded) <= tolerance(),
               "worst error %.1e", worst_parameter(&folded));
    pair_free(&clipped);
    pair_free(&folded);
}

/* ---- the schedule ----------------------------------------------------------------------------------------
 * Rates are doubles in both builds, so one tolerance serves both. */
static void check_corner(const char *name, long step, double expected)
{
    const Schedule schedule = {.peak = 1e-3, .floor = 1e-4, .warmup = 100, .total = 2000};
    double rate = schedule_rate(&schedule, step);
    gate_check(name, gate_error(rate * 1e3, expected * 1e3) <= 1e-14, "%.9f", rate);
}

static void check_schedule(void)
{
    check_corner("schedule_rate at step 0 is peak / 101", 0, 1e-3 / 101);
    check_corner("schedule_rate before the peak", 99, 1e-3 * 100 / 101);
    check_corner("schedule_rate at the warm-up's end", 100, 1e-3);
    check_corner("schedule_rate half of the way down", 1050, 5.5e-4);
    check_corner("schedule_rate at the end is the floor", 2000, 1e-4);
    check_corner("schedule_rate past the end", 5000, 1e-4);
    const Schedule schedule = {.peak = 1e-3, .floor = 1e-4, .warmup = 100, .total = 2000};
    double worst = 0;
    for (long step = 100; step <= 2000; step++) {
        double half = cos(asin(1.0) * (double)(step - 100) / 1900); /* cos^2(x/2) = (1 + cos x) / 2 */
        worst = fmax(worst, gate_error(1e3 * schedule_rate(&schedule, step), 0.1 + 0.9 * half * half));
    }
    check_error("schedule_rate all the way down", worst, 1e-13);
}

/* ---- worked by hand in the lesson ------------------------------------------------------------------------ */
static void check_by_hand(void)
{
    Tensor *p = tensor_parameter(shape1(2)), *q = tensor_parameter(shape2(1, 1));
    Momentum *momentum = momentum_make(&p, 1, 0.5);
    p->data[0] = 1, p->grad[0] = 4, p->data[1] = 2, p->grad[1] = 0;
    p->has_grad = true;
    momentum_step(momentum, 0.125, 1); /* v = 4:  1 - .5 = .5 */
    momentum_step(momentum, 0.125, 1); /* v = 6: .5 - .75 = -.25 */
    gate_check("momentum_step by hand", p->data[0] == (real)-0.25 && p->data[1] == 2, "1, 0.5, %g",
               (double)p->data[0]);
    p->grad[0] = 3, p->grad[1] = -4;
    gradients_clip(&p, 1, 1);
    bool clipped = fabs((double)p->grad[0] - 0.6) < 2e-7 && fabs((double)p->grad[1] + 0.8) < 2e-7;
    gate_check("gradients_clip by hand", clipped, "(3,-4) to (%.4f,%.4f)", (double)p->grad[0],
               (double)p->grad[1]);
    AdamW *adamw = adamw_make(&q, 1, NULL, (AdamSettings){0.5, 0.75, 1e-8, 1});
    q->data[0] = 1, q->grad[0] = 2, q->has_grad = true;
    adamw_step(adamw, 0.125, 1); /* m^ = 2, v^ = 4: .875 - .125 = .75 */
    double first = (double)q->data[0];
    q->grad[0] = 0;
    adamw_step(adamw, 0.125, 1); /* m^ = 2/3, v^ = 12/7: .65625 - .125 .6667 / 1.3093 = .59260 */
    bool right = fabs(first - 0.75) < 1e-6 && fabs((double)q->data[0] - 0.59260) < 5e-6;
    gate_check("adamw_step by hand", right, "1, %.5f, %.5f", first, (double)q->data[0]);
    momentum_free(momentum);
    adamw_free(adamw);
    tensor_free(p);
    tensor_free(q);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "14-optimizers");
    check_sgd();
    check_momentum();
    check_adam("adam_step betas .9 .999, no decay", false, (Setting){1e-3, 1, 0, .9, .999, 1e-8, 0});
    check_adam("adam_step betas .9 .99, L2 decay .1", false, (Setting){1e-3, .5, 0, .9, .99, 1e-8, .1});
    check_adam("adamw_step 1e-3, betas .9 .99, decay .1", true, (Setting){1e-3, 1, 0, .9, .99, 1e-8, .1});
    check_adam("adamw_step 1e-3, betas .9 .99, no decay", true, (Setting){1e-3, 1, 0, .9, .99, 1e-8, 0});
    check_adam("adamw_step 3e-4, betas .9 .999, decay .05", true,
               (Setting){3e-4, .5, 0, .9, .999, 1e-8, .05});
    check_adam("adamw_step rate .1, epsilon .5, decay 2", true, (Setting){.1, 3, 0, .8, .6, .5, 2});
    check_adam_is_adamw();
    check_first_step("adam_step first: minus rate times sign", adam_step);
    check_first_step("adamw_step first: minus rate times sign", adamw_step);
    check_groups("adamw_step decays ranks 2 and up", NULL, (const bool[]){true, false, true});
    check_groups("adamw_step decays what is flagged", (const bool[]){false, true, true},
                 (const bool[]){false, true, true});
    check_skipped();
    check_clip();
    check_folded();
    check_schedule();
    check_by_hand();
    return gate_end();
}
