/* linear: Y = X W + b, for every row of X whatever its leading axes. Chapter 07, "linear".
 *
 * A worked answer. With all leading axes read as rows it is one matrix product and a bias that
 * every row gets; so the weight and the bias hear from every row. */
#include "ops/ops.h"

typedef struct {
    size_t rows, in, width;
} Sizes;

static Sizes sizes_of(const Tensor *x, const Tensor *weight)
{
    return (Sizes){shape_product(x->shape, 0, x->shape.rank - 1), weight->shape.dim[0],
                   weight->shape.dim[1]};
}

/* dx_ni = sum over o of dy_no w_io: x_ni takes part in the whole row n of y. */
static void add_dx(Sizes s, const real *dy, Tensor *x, const Tensor *weight)
{
    GradWrite dx = grad_write(x);
    for (size_t n = 0; n < s.rows; n++)
        for (size_t i = 0; i < s.in; i++) {
            real sum = 0;
            for (size_t o = 0; o < s.width; o++)
                sum += dy[n * s.width + o] * weight->data[i * s.width + o];
            grad_put(dx, n * s.in + i, sum);
        }
}

/* dw_io = sum over n of x_ni dy_no: the weight was used for every row. */
static void add_dw(Sizes s, const real *dy, const Tensor *x, Tensor *weight)
{
    GradWrite dw = grad_write(weight);
    for (size_t i = 0; i < s.in; i++)
        for (size_t o = 0; o < s.width; o++) {
            real total = 0;
            for (size_t n = 0; n < s.rows; n++)
                total += x->data[n * s.in + i] * dy[n * s.width + o];
            grad_put(dw, i * s.width + o, total);
        }
}

/* db_o = sum over n of dy_no: so was the bias, with slope 1. */
static void add_db(Sizes s, const real *dy, Tensor *bias)
{
    GradWrite db = grad_write(bias);
    for (size_t o = 0; o < s.width; o++) {
        real column = 0;
        for (size_t n = 0; n < s.rows; n++)
            column += dy[n * s.width + o];
        grad_put(db, o, column);
    }
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
    for (size_t n = 0; n < s.rows; n++) {
        real *y = out->data + n * s.width;
        for (size_t o = 0; o < s.width; o++)
            y[o] = bias == NULL ? 0 : bias->data[o];
        for (size_t i = 0; i < s.in; i++)
            for (size_t o = 0; o < s.width; o++)
                y[o] += x->data[n * s.in + i] * weight->data[i * s.width + o];
    }
    return out;
}
