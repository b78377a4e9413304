/* gelu: y = x Phi(x), where Phi is the normal distribution's cumulative function. Derived in chapter 06.
 *
 *   Phi(x) = (1 + erf(x / sqrt(2))) / 2, whose derivative is the density exp(-x^2 / 2) / sqrt(2 pi).
 *   The product rule: dy/dx = Phi(x) + x density(x). GELU(1) = 0.8413447, GELU'(1) = 1.0833155.
 *   Source of the function: Hendrycks and Gimpel 2016. */
#include "ops/ops.h"

/* Elements in one thread's piece. */
enum { GRAIN = 4096 };

static real normal_cumulative(real x)
{
    const real half = (real)0.5, sqrt_half = (real)0.70710678118654752440;
    return half * (1 + erf(x * sqrt_half));
}

static real value_at(real x)
{
    return x * normal_cumulative(x);
}

static real slope_at(real x)
{
    const real half = (real)0.5, per_sqrt_two_pi = (real)0.39894228040143267794;
    return normal_cumulative(x) + x * per_sqrt_two_pi * exp(-half * x * x);
}

static void forward_piece(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const real *x = out->parents[0]->data;
    for (size_t i = begin; i < end; i++)
        out->data[i] = value_at(x[i]);
}

typedef struct {
    const Tensor *out;
    GradWrite dx;
} Gradients;

static void backward_piece(size_t begin, size_t end, void *context)
{
    const Gradients *g = context;
    const real *x = g->out->parents[0]->data;
    for (size_t i = begin; i < end; i++)
        grad_put(g->dx, i, g->out->grad[i] * slope_at(x[i]));
}

static void gelu_backward(Tensor *out)
{
    Gradients g = {out, grad_write(out->parents[0])};
    parallel_for(out->size, GRAIN, backward_piece, &g);
}

Tensor *tensor_gelu(Tensor *x)
{
    Tensor *out = tensor_result("gelu", x->shape, gelu_backward, 1, &x);
    parallel_for(out->size, GRAIN, forward_piece, out);
    return out;
}
