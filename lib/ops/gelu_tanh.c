/* gelu_tanh: y = x (1 + tanh(u)) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). Derived in chapter 06.
 *
 *   GPT-2's form ("gelu_new"). With t = tanh(u), t' = (1 - t^2) u' and
 *   u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2), the product rule gives
 *   dy/dx = (1 + t) / 2 + x (1 - t^2) u' / 2. At 1: 0.84119 and 1.0830.
 *   Source of the function: Hendrycks and Gimpel 2016. */
#include "ops/ops.h"

/* Elements in one thread's piece. */
enum { GRAIN = 4096 };

static real tanh_of_u(real x)
{
    const real sqrt_two_per_pi = (real)0.79788456080286535588, cubic = (real)0.044715;
    return tanh(sqrt_two_per_pi * (x + cubic * x * x * x));
}

static real value_at(real x)
{
    const real half = (real)0.5;
    return half * x * (1 + tanh_of_u(x));
}

static real slope_at(real x)
{
    const real half = (real)0.5, sqrt_two_per_pi = (real)0.79788456080286535588;
    const real cubic = (real)0.044715;
    real t = tanh_of_u(x);
    real du = sqrt_two_per_pi * (1 + 3 * cubic * x * x);
    return half * (1 + t) + half * x * (1 - t * t) * du;
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

static void gelu_tanh_backward(Tensor *out)
{
    Gradients g = {out, grad_write(out->parents[0])};
    parallel_for(out->size, GRAIN, backward_piece, &g);
}

Tensor *tensor_gelu_tanh(Tensor *x)
{
    Tensor *out = tensor_result("gelu_tanh", x->shape, gelu_tanh_backward, 1, &x);
    parallel_for(out->size, GRAIN, forward_piece, out);
    return out;
}
