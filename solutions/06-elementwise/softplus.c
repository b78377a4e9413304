/* Exercise 06-elementwise/softplus: y = log(1 + e^x), an operation that lib/ops/ does not have.
 *
 * A worked answer. */
#include "softplus.h"

/* Two links: u = 1 + e^x with slope e^x, and log u with slope 1/u. Together e^x / (1 + e^x), and
 * dividing both parts by e^x gives 1 / (1 + e^-x), which overflows nowhere: the sigmoid. */
static void softplus_backward(Tensor *out)
{
    const Tensor *x = out->parents[0];
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, out->grad[i] / (1 + exp(-x->data[i])));
}

/* For x > 0 take e^x out of the bracket: log(e^x (e^-x + 1)) = x + log(1 + e^-x). So in both cases
 * the exponent is -|x|, which cannot overflow; log1p(t) is log(1 + t) for small t too. */
Tensor *tensor_softplus(Tensor *x)
{
    Tensor *out = tensor_result("softplus", x->shape, softplus_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++) {
        real v = x->data[i];
        out->data[i] = (v > 0 ? v : 0) + log1p(exp(-fabs(v)));
    }
    return out;
}
