/* linear: Y = X W + b, for every row of X whatever its leading axes. Chapter 07, "linear".
 *
 * What to write: the three gradients, add_dx, add_dw and add_db, and the loops that fill out->data.
 * bias may be NULL: then nothing is added. */
#include "ops/ops.h"

typedef struct {
    size_t rows, in, width;
} Sizes;

static Sizes sizes_of(const Tensor *x, const Tensor *weight)
{
    return (Sizes){shape_product(x->shape, 0, x->shape.rank - 1), weight->shape.dim[0],
                   weight->shape.dim[1]};
}

static void add_dx(Sizes s, const real *dy, Tensor *x, const Tensor *weight)
{
    (void)s, (void)dy, (void)x, (void)weight; /* only keeps the compiler quiet; take it out */
    /* your code here: begin with GradWrite dx = grad_write(x); */
}

static void add_dw(Sizes s, const real *dy, const Tensor *x, Tensor *weight)
{
    (void)s, (void)dy, (void)x, (void)weight; /* take it out */
    /* your code here */
}

static void add_db(Sizes s, const real *dy, Tensor *bias)
{
    (void)s, (void)dy, (void)bias; /* take it out */
    /* your code here */
}

static void linear_backward(Tensor *out)
{
    Tensor *x = out->parents[0], *weight = out->parents[1];
    Sizes s = sizes_of(x, weight);
    if (x->wants_grad)
        add_dx(s, out->grad, x, weight);
    if (weight->wants_grad)
        add_dw(s, out->grad, x, weight);
    if (out->n_parents == 3 && out->parents[2]->wants_grad)
        add_db(s, out->grad, out->parents[2]);
}

Tensor *tensor_linear(Tensor *x, Tensor *weight, Tensor *bias)
{
    int rank = x->shape.rank;
    if (rank < 1 || weight->shape.rank != 2 || tensor_dim(x, -1) != weight->shape.dim[0])
        shape_mismatch("tensor_linear", x, weight, "x (...,I) and weight (I,O)");
    Sizes s = sizes_of(x, weight);
    if (bias != NULL && (bias->shape.rank != 1 || bias->shape.dim[0] != s.width))
        shape_mismatch("tensor_linear", weight, bias, "weight (I,O) and bias (O)");
    Tensor *out = tensor_result("linear", shape_with(x->shape, rank - 1, s.width), linear_backward,
                                bias == NULL ? 2 : 3, (Tensor *[]){x, weight, bias});
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = NAN; /* your code here */
    return out;
}
