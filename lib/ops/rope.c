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
#include "base/vector.h"

/* In double whatever `real` is: t * w loses a float's digits for large t. */
static double angle_of(size_t t, size_t pair, size_t width)
{
    return (double)t * pow(10000.0, -(double)(2 * pair) / (double)width);
}

/* Matrices (positions,width), turned by their positions' angles or, with sign -1, back. */
typedef struct {
    const real *from;
    GradWrite to;
    size_t matrices, positions, width;
    double sign;
} Turn;

/* An angle is worked out once and serves its position in every matrix. */
static void turn_positions(size_t begin, size_t end, void *context)
{
    const Turn z = *(const Turn *)context;
    for (size_t t = begin; t < end; t++)
        for (size_t i = 0; i < z.width / 2; i++) {
            double angle = z.sign * angle_of(t, i, z.width);
            real c = (real)cos(angle), s = (real)sin(angle);
            for (size_t n = 0; n < z.matrices; n++) {
                size_t at = (n * z.positions + t) * z.width + 2 * i;
                const real *x = z.from + at;
                grad_put(z.to, at, x[0] * c - x[1] * s);
                grad_put(z.to, at + 1, x[0] * s + x[1] * c);
            }
        }
}

static void turn(const Tensor *x, const real *from, GradWrite to, double sign)
{
    size_t positions = tensor_dim(x, -2), width = tensor_dim(x, -1);
    size_t matrices = shape_product(x->shape, 0, x->shape.rank - 2);
    Turn context = {from, to, matrices, positions, width, sign};
    parallel_for(positions, loop_grain(matrices * width), turn_positions, &context);
}

static void rope_backward(Tensor *out)
{
    turn(out, out->grad, grad_write(out->parents[0]), -1);
}

Tensor *tensor_rope(Tensor *x)
{
    if (x->shape.rank < 2 || tensor_dim(x, -1) % 2 != 0 || tensor_dim(x, -1) == 0)
        shape_mismatch("tensor_rope", x, NULL, "x (...,T,D) with an even D");
    Tensor *out = tensor_result("rope", x->shape, rope_backward, 1, &x);
    turn(x, x->data, (GradWrite){out->data, false}, 1);
    return out;
}
