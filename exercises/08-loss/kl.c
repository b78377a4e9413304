/* kl: the Kullback-Leibler divergence of two beliefs, from their scores. Exercise 08-loss/kl.
 *
 * An operation that neither the library nor the lesson has. Its contract is exercises/08-loss/kl.h.
 * What to write: all of it, from the derivation on. */
#include "kl.h"

static void kl_backward(Tensor *out)
{
    (void)out;
    /* your code here: z is out->parents[0], x is out->parents[1] */
}

Tensor *tensor_kl(Tensor *z, Tensor *x)
{
    if (z->shape.rank < 1 || !shape_equal(z->shape, x->shape))
        shape_mismatch("tensor_kl", z, x, "two equal shapes (...,V)");
    Tensor *out = tensor_result("kl", shape0(), kl_backward, 2, (Tensor *[]){z, x});
    out->data[0] = NAN; /* your code here */
    return out;
}
