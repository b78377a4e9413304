/* Exercise 07-linear-algebra/max-pool: the largest of each window of 2 by 2.
 *
 * A worked answer. Write one element of the result with its letters: y_nij = max of
 * x_n,2i+a,2j+b over a and b in {0, 1}. Pick one element of x: it stands in one window only. If
 * it is the largest there, a small nudge moves y one for one; if it is not, a small nudge moves
 * nothing. So all of dy_nij goes to the winner, 0 to the other three, and every element of x
 * gets its one share: a full pass for grad_put. The winner is found again in the backward: x has
 * not changed. (At a tie there is no slope, a kink as relu's at 0; the first one counts.) */
#include "max_pool.h"

typedef struct {
    size_t images, height, width; /* of x */
} Sizes;

static Sizes sizes_of(const Tensor *x)
{
    if (x->shape.rank != 3 || x->shape.dim[1] % 2 != 0 || x->shape.dim[2] % 2 != 0)
        shape_mismatch("tensor_max_pool", x, NULL, "(N,H,W) with even H and W");
    return (Sizes){x->shape.dim[0], x->shape.dim[1], x->shape.dim[2]};
}

/* The place in x of the largest in the window whose first element is `corner`. */
static size_t winner(const real *x, size_t corner, size_t width)
{
    size_t best = corner;
    for (size_t a = 0; a < 2; a++)
        for (size_t b = 0; b < 2; b++) {
            size_t at = corner + a * width + b;
            best = x[at] > x[best] ? at : best;
        }
    return best;
}

static void max_pool_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    Sizes s = sizes_of(x);
    GradWrite dx = grad_write(x);
    size_t y = 0;
    for (size_t n = 0; n < s.images; n++)
        for (size_t i = 0; i < s.height; i += 2)
            for (size_t j = 0; j < s.width; j += 2, y++) {
                size_t corner = (n * s.height + i) * s.width + j;
                size_t best = winner(x->data, corner, s.width);
                for (size_t k = 0; k < 4; k++) {
                    size_t at = corner + k / 2 * s.width + k % 2;
                    grad_put(dx, at, at == best ? out->grad[y] : 0);
                }
            }
}

Tensor *tensor_max_pool(Tensor *x)
{
    Sizes s = sizes_of(x);
    Tensor *out = tensor_result("max_pool", shape3(s.images, s.height / 2, s.width / 2),
                                max_pool_backward, 1, &x);
    size_t y = 0;
    for (size_t n = 0; n < s.images; n++)
        for (size_t i = 0; i < s.height; i += 2)
            for (size_t j = 0; j < s.width; j += 2)
                out->data[y++] =
                    x->data[winner(x->data, (n * s.height + i) * s.width + j, s.width)];
    return out;
}
