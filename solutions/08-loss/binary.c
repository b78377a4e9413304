/* binary: the loss of a yes or no, from its score. Exercise 08-loss/binary.
 *
 * A worked answer. The loss first. Where the label is 1: -ln(1/(1 + e^-x)) = ln(1 + e^-x). Where it
 * is 0: 1 - s = e^-x/(1 + e^-x) = 1/(1 + e^x), so ln(1 + e^x). One formula, with z = -x where the
 * label is 1 and z = x where it is 0: ln(1 + e^z), how far the score lies on the wrong side. For a
 * large z take e^z out: z + ln(1 + e^-z). log1p(t) is ln(1 + t) without rounding a small t away.
 *
 * The slope along z is e^z/(1 + e^z) = 1/(1 + e^-z); z is x or -x. Where the label is 0 that is s,
 * where it is 1 it is -(1 - s) = s - 1: s - y, belief minus truth once more. But to compute it so
 * is to lose it: at a score of 35 with label 1 the slope is -6.3e-16, and s - 1 comes to -6.7e-16,
 * at 40 to 0. So the difference is taken on paper, and 1/(1 + e^-z) is computed, with its sign. */
#include "binary.h"

#include <string.h>

static void binary_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    const bool *labels = out->saved;
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++) {
        /* For a very negative z e^-z is infinite and the slope 0, right within 1e-308. */
        real side = labels[i] ? -1 : 1, z = side * x->data[i];
        grad_put(dx, i, out->grad[0] * side / ((1 + exp(-z)) * (real)x->size));
    }
}

Tensor *tensor_binary_cross_entropy(Tensor *x, const bool *labels)
{
    Tensor *out = tensor_result("binary_cross_entropy", shape0(), binary_backward, 1, &x);
    bool *kept = tape_alloc(x->size * sizeof *kept);
    memcpy(kept, labels, x->size * sizeof *kept);
    out->saved = kept;
    real total = 0;
    for (size_t i = 0; i < x->size; i++) {
        real z = labels[i] ? -x->data[i] : x->data[i];
        total += (z > 0 ? z : 0) + log1p(exp(-fabs(z)));
    }
    out->data[0] = total / (real)x->size;
    return out;
}
