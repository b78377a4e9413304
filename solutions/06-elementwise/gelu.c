/* gelu: y = x Phi(x), element by element. Chapter 06, "gelu".
 *
 * A worked answer. */
#include "ops/ops.h"

static const real pi = (real)3.14159265358979323846;

/* The chance that a normal number is below x. */
static real chance_below(real x) { return (1 + erf(x / sqrt((real)2))) / 2; }

/* Two factors with x in them: Phi + x Phi'. Moving the edge of an area moves the area by the
 * height of the curve there, so Phi' is the bell. Both are computed from x: the result would not
 * do, for below 0 the same y stands at two places with two slopes. */
static void gelu_backward(Tensor *out)
{
    const Tensor *x = out->parents[0];
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++) {
        real below = chance_below(x->data[i]);
        real bell = exp(-x->data[i] * x->data[i] / 2) / sqrt(2 * pi);
        grad_put(dx, i, out->grad[i] * (below + x->data[i] * bell));
    }
}

Tensor *tensor_gelu(Tensor *x)
{
    Tensor *out = tensor_result("gelu", x->shape, gelu_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = x->data[i] * chance_below(x->data[i]);
    return out;
}
