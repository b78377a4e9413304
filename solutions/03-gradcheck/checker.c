/* A worked answer to 03-gradcheck/checker.
 *
 * Both sides answer the same question: how does S = sum of u[j] y[j] move with x[i]? The backward
 * claims it, the five-point difference measures it. Every line below keeps some mistake from
 * getting through; the comments say which. */
#include "checker.h"

/* The one number that is differentiated. */
static real weighed(Forward forward, const real *x, const real *u, size_t outputs)
{
    real y[CHECKER_MOST], sum = 0;
    forward(x, y);
    for (size_t j = 0; j < outputs; j++)
        sum += u[j] * y[j];
    return sum;
}

bool gradient_agrees(Forward forward, Vjp vjp, const real *x, size_t inputs, size_t outputs,
                     Random *random)
{
    const real h = 0x1p-10;
    real u[CHECKER_MOST], before[CHECKER_MOST], dx[CHECKER_MOST], at[CHECKER_MOST];
    /* Random, for with ones whatever cancels in a sum is hidden, and so is a backward that forgets
     * to multiply with what comes from above. */
    for (size_t j = 0; j < outputs; j++)
        u[j] = random_normal(random);
    /* Not zeros: on a clean buffer = passes for +=. */
    for (size_t i = 0; i < inputs; i++)
        dx[i] = before[i] = random_normal(random);
    vjp(x, u, dx);
    for (size_t i = 0; i < inputs; i++)
        at[i] = x[i];
    for (size_t i = 0; i < inputs; i++) {
        real got = dx[i] - before[i], near, far;
        at[i] = x[i] + h;
        near = weighed(forward, at, u, outputs);
        at[i] = x[i] - h;
        near -= weighed(forward, at, u, outputs);
        at[i] = x[i] + 2 * h;
        far = weighed(forward, at, u, outputs);
        at[i] = x[i] - 2 * h;
        far -= weighed(forward, at, u, outputs);
        /* Put back, or every later input is measured somewhere else. */
        at[i] = x[i];
        real measured = (8 * near - far) / (12 * h);
        /* Relative for large gradients, absolute below 1e-3. */
        real scale = fmax(fmax(fabs(got), fabs(measured)), (real)1e-3);
        /* Asked this way round, a NaN is rejected: it is not at most anything. */
        if (!(fabs(got - measured) / scale <= 1e-8))
            return false;
    }
    return true;
}
