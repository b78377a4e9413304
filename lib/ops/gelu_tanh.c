/* gelu_tanh: y = x (1 + tanh(u)) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). Derived in chapter 06.
 *
 *   GPT-2's form ("gelu_new"). Since (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)) = s, it is y = x s, one
 *   exponential an element. With ds/du = 2 s (1 - s) and u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2):
 *   dy/dx = s + x 2 s (1 - s) u'. At 1: 0.84119 and 1.0830.
 *   Source of the function: Hendrycks and Gimpel 2016. */
#include "ops/ops.h"
#include "base/vector.h"

/* Elements in one thread's piece. */
enum { GRAIN = 4096 };

static const real sqrt_two_per_pi = (real)0.79788456080286535588, cubic = (real)0.044715;

static inline real share_at(real x)
{
    real u = sqrt_two_per_pi * (x + cubic * x * x * x);
    return 1 / (1 + loop_exp(-2 * u));
}

static inline real value_at(real x)
{
    return x * share_at(x);
}

static inline real slope_at(real x)
{
    real s = share_at(x), du = sqrt_two_per_pi * (1 + 3 * cubic * x * x);
    return s + x * 2 * s * (1 - s) * du;
}

WIDE static void forward_piece(size_t begin, size_t end, void *context)
{
    Tensor *out = context;
    const real *restrict x = out->parents[0]->data;
    real *restrict y = out->data;
    for (size_t i = begin; i < end; i++)
        y[i] = value_at(x[i]);
}

typedef struct {
    const Tensor *out;
    GradWrite dx;
} Gradients;

WIDE static void backward_piece(size_t begin, size_t end, void *context)
{
    const Gradients *g = context;
    const GradWrite dx = g->dx;
    const real *restrict x = g->out->parents[0]->data, *restrict dy = g->out->grad;
    for (size_t i = begin; i < end; i++)
        grad_put(dx, i, dy[i] * slope_at(x[i]));
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
