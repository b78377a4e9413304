/* Exercise 06-elementwise/examination: y = sqrt((a - b)^2 + c^2) - c, a distance without the kink.
 *
 * A worked answer. Near 0 it is a parabola, (a - b)^2 / 2c, far out a straight line, |a - b| - c. c
 * times it is known as the pseudo-Huber loss. */
#include "examination.h"

/* Let d = a - b and q = sqrt(d^2 + c^2). q^2 = d^2 + c^2, so 2 q q' = 2 d and q' = d/q along d.
 * Along a, d moves one for one, along b the other way: slopes d/q and -d/q. q is y + c as
 * well, but computed from d it does not depend on how y was. */
static void rounded_distance_backward(Tensor *out)
{
    Tensor *a = out->parents[0], *b = out->parents[1];
    const real c = *(const real *)out->saved;
    const real *of_a = broadcast_data(a, out->shape), *of_b = broadcast_data(b, out->shape);
    real *share = tape_alloc(out->size * sizeof *share);
    for (size_t i = 0; i < out->size; i++) {
        real d = of_a[i] - of_b[i];
        share[i] = out->grad[i] * d / hypot(d, c);
    }
    if (a->wants_grad)
        broadcast_grad(a, share, out->shape);
    for (size_t i = 0; i < out->size; i++)
        share[i] = -share[i];
    if (b->wants_grad)
        broadcast_grad(b, share, out->shape);
}

/* As it stands the formula subtracts two numbers that are nearly equal where d is small beside c.
 * Times (q + c) / (q + c), q - c becomes (q^2 - c^2) / (q + c) = d^2 / (q + c): no subtraction
 * left. The square is not formed, since d * d may overflow where d * (d / (q + c)) does not; hypot
 * sees to q. */
Tensor *tensor_rounded_distance(Tensor *a, Tensor *b, real c)
{
    require(c > 0, "tensor_rounded_distance: expected a constant above 0, found %g", (double)c);
    Shape shape = broadcast_shape("tensor_rounded_distance", a, b);
    Tensor *out =
        tensor_result("rounded_distance", shape, rounded_distance_backward, 2, (Tensor *[]){a, b});
    real *saved = tape_alloc(sizeof *saved);
    *saved = c;
    out->saved = saved;
    const real *of_a = broadcast_data(a, shape), *of_b = broadcast_data(b, shape);
    for (size_t i = 0; i < out->size; i++) {
        real d = of_a[i] - of_b[i];
        out->data[i] = d * (d / (hypot(d, c) + c));
    }
    return out;
}
