/* Tests of base/vector.h: loop_exp, loop_tanh and loop_erf against the C library, in double, over
 * their whole range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/vector.h"

typedef struct {
    real (*ours)(real x);
    double (*libm)(double x);
    double low, high; /* where the result is neither 0 nor infinite */
    double worst;     /* ulp; the bound that vector.h states, in float */
} Case;

static double error_in_ulp(const Case *c, float x)
{
    double expected = c->libm((double)x), found = (double)c->ours((real)x);
    int exponent = expected == 0 || ilogb(expected) < -126 ? -126 : ilogb(expected);
    return fabs(found - expected) / ldexp(1.0, exponent - (gate_is_float() ? 23 : 52));
}

static double libm_exp(double x)
{
    return exp(x);
}

static double libm_tanh(double x)
{
    return tanh(x);
}

static double libm_erf(double x)
{
    return erf(x);
}

/* Floats of every size and both signs; in double libm itself, so no error at all. */
static void test_errors_are_small(void **state)
{
    (void)state;
    const Case cases[] = {{loop_exp, libm_exp, -87.3, 88.3, 1.1},
                          {loop_tanh, libm_tanh, -HUGE_VAL, HUGE_VAL, 2.5},
                          {loop_erf, libm_erf, -HUGE_VAL, HUGE_VAL, 1.5}};
    for (int k = 0; k < 3; k++) {
        double bound = gate_is_float() ? cases[k].worst : 0;
        size_t tried = 0, wrong = 0;
        for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 199) {
            uint32_t word = (uint32_t)bits;
            float x;
            memcpy(&x, &word, sizeof x);
            if (!((double)x > cases[k].low && (double)x < cases[k].high)) /* NaN too */
                continue;
            wrong += !(error_in_ulp(&cases[k], x) <= bound);
            tried++;
        }
        assert_true(tried > 10000000);
        assert_int_equal(wrong, 0);
    }
}

static void test_edges(void **state)
{
    (void)state;
    assert_true(loop_exp(0) == 1);
    assert_true(loop_exp(-(real)INFINITY) == 0);
    assert_true(isinf(loop_exp((real)INFINITY)));
    assert_true(isnan(loop_exp((real)NAN)));
    assert_true(loop_exp(-800) == 0);
    assert_true(isinf(loop_exp(800)));
    real (*const both[])(real) = {loop_tanh, loop_erf};
    for (int k = 0; k < 2; k++) {
        assert_true(both[k](0) == 0 && signbit(both[k](-(real)0.0)));
        assert_true(both[k](-(real)INFINITY) == -1 && both[k]((real)INFINITY) == 1);
        assert_true(both[k](-800) == -1 && both[k](800) == 1);
        assert_true(isnan(both[k]((real)NAN)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_errors_are_small),
                                       cmocka_unit_test(test_edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
