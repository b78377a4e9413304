/* Exercise 10-embeddings/distance: a learned number for each distance of two positions. The
 * examination of this chapter.
 *
 * A worked answer. y_nts = S_nts + b_d with d = t - s + T - 1, from 0 for t = 0, s = T - 1 up to
 * 2T - 2.
 *
 *   S_nts stands in y_nts alone, with slope 1: dS = dy.
 *   b_d is read wherever t - s has that value, a whole diagonal, in every matrix n. That is a
 * gather with the "ids" t - s + T - 1, which repeat: so its gradient is the scatter, a sum over the
 *   diagonal and over n.
 *
 *   Check: T = 2, dy = [[1, 10], [100, 1000]]: db = [10, 1 + 1000, 100]. */
#include "distance.h"

/* Which number of the bias stands under place i of the scores. */
static size_t distance_under(size_t i, size_t steps)
{
    size_t t = i / steps % steps, s = i % steps;
    return t + steps - 1 - s;
}

static void distance_backward(Tensor *out)
{
    Tensor *scores = out->parents[0], *bias = out->parents[1];
    size_t steps = tensor_dim(out, -1);
    if (scores->wants_grad) {
        GradWrite dscores = grad_write(scores);
        for (size_t i = 0; i < out->size; i++)
            grad_put(dscores, i, out->grad[i]);
    }
    if (bias->wants_grad) {
        real *dbias = grad_scatter(bias);
        for (size_t i = 0; i < out->size; i++)
            dbias[distance_under(i, steps)] += out->grad[i];
    }
}

Tensor *tensor_distance(Tensor *scores, Tensor *bias)
{
    if (scores->shape.rank < 2 || tensor_dim(scores, -1) != tensor_dim(scores, -2) ||
        bias->size != 2 * tensor_dim(scores, -1) - 1)
        shape_mismatch("tensor_distance", scores, bias, "scores (...,T,T) and a bias (2T-1)");
    Tensor *out =
        tensor_result("distance", scores->shape, distance_backward, 2, (Tensor *[]){scores, bias});
    size_t steps = tensor_dim(out, -1);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = scores->data[i] + bias->data[distance_under(i, steps)];
    return out;
}
