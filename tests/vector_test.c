/* Tests of base/vector.h: loop_exp against the C library, in double, over its whole range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/vector.h"

static double error_in_ulp(float x)
{
    double expected = exp((double)x), found = (double)loop_exp((real)x);
    double ulp = gate_is_float() ? ldexp(1.0, ilogb(expected) - 23) : ldexp(1.0, ilogb(expected) - 52);
    return fabs(found - expected) / ulp;
}

static void test_error_is_small(void **state)
{
    (void)state;
    double worst = 0;
    size_t tried = 0;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 199) {
        uint32_t word = (uint32_t)bits;
        float x;
        memcpy(&x, &word, sizeof x);
        if (!(x > -87.3f && x < 88.3f)) /* NaN too */
            continue;
        worst = fmax(worst, error_in_ulp(x));
        tried++;
    }
    assert_true(tried > 10000000);
    assert_true(worst <= 2);
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_error_is_small),
                                       cmocka_unit_test(test_edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
