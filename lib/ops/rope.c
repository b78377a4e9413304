/* rope: rotary positions. Derived in chapter 10.
 *
 *   Pair i of position t is turned by the angle a = t * 10000^(-2i/D):
 *     y_2i   = x_2i cos a - x_2i+1 sin a
 *     y_2i+1 = x_2i sin a + x_2i+1 cos a
 *   A rotation's transpose is the rotation by -a, so the gradient is turned back:
 *     dx_2i   =  dy_2i cos a + dy_2i+1 sin a
 *     dx_2i+1 = -dy_2i sin a + dy_2i+1 cos a
 *   The product of a query at t and a key at s then depends on t - s alone. Source: Su et al. 2021. */
#include "ops/ops.h"

/* In double whatever `real` is: t * w loses a float's digits for large t. */
static double angle_of(size_t t, size_t pair, size_t width)
{
    return (double)t * pow(10000.0, -(double)(2 * pair) / (double)width);
}

static void rope_backward(Tensor *out)
{
    size_t positions = tensor_dim(out, -2), width = tensor_dim(out, -1);
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t row = 0; row < out->size / width; row++)
        for (size_t i = 0; i < width / 2; i++) {
            double angle = angle_of(row % positions, i, width);
            real c = (real)cos(angle), s = (real)sin(angle);
            size_t at = row * width + 2 * i;
            grad_put(dx, at, out->grad[at] * c + out->grad[at + 1] * s);
            grad_put(dx, at + 1, -out->grad[at] * s + out->grad[at + 1] * c);
        }
}

Tensor *tensor_rope(Tensor *x)
{
    if (x->shape.rank < 2 || tensor_dim(x, -1) % 2 != 0 || tensor_dim(x, -1) == 0)
        shape_mismatch("tensor_rope", x, NULL, "x (...,T,D) with an even D");
    size_t positions = tensor_dim(x, -2), width = tensor_dim(x, -1);
    Tensor *out = tensor_result("rope", x->shape, rope_backward, 1, &x);
    for (size_t row = 0; row < x->size / width; row++)
        for (size_t i = 0; i < width / 2; i++) {
            double angle = angle_of(row % positions, i, width);
            real c = (real)cos(angle), s = (real)sin(angle);
            size_t at = row * width + 2 * i;
            out->data[at] = x->data[at] * c - x->data[at + 1] * s;
            out->data[at + 1] = x->data[at] * s + x->data[at + 1] * c;
        }
    return out;
}
