/* Exercise 07-linear-algebra/max-pool: the largest of each window of 2 by 2, an operation that
 * lib/ops/ does not have. Its header is exercises/07-linear-algebra/max_pool.h.
 *
 * What to write: all of it but the sizes. Derive, implement, verify. */
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

static void max_pool_backward(Tensor *out)
{
    (void)out; /* only keeps the compiler quiet; take it out */
    /* your code here */
}

Tensor *tensor_max_pool(Tensor *x)
{
    Sizes s = sizes_of(x);
    Tensor *out = tensor_result("max_pool", shape3(s.images, s.height / 2, s.width / 2),
                                max_pool_backward, 1, &x);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
