/* The rows of sum and mean, over each axis and over all. */
#include "gate.h"

typedef struct {
    Tensor *(*op)(Tensor *, int);
    int axis;
    bool mean;
} Reduction;

static Tensor *reduction_forward(Tensor *const *in, const void *context)
{
    const Reduction *r = context;
    return r->op(in[0], r->axis);
}

/* Each element is added at the index that is left when the axis is struck out. */
static void reduction_reference(real *out, Tensor *const *in, const void *context)
{
    const Reduction *r = context;
    Shape shape = in[0]->shape;
    int axis = from_front(r->axis, shape.rank);
    size_t n = r->axis == ALL_AXES ? in[0]->size : shape.dim[axis];
    for (size_t i = 0; i < in[0]->size / n; i++)
        out[i] = 0;
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t index[RANK_MAX], at = 0;
        index_split(shape, i, index);
        for (int a = 0; a < shape.rank && r->axis != ALL_AXES; a++)
            at = a == axis ? at : at * shape.dim[a] + index[a];
        out[at] += in[0]->data[i] / (real)(r->mean ? n : 1);
    }
}

/* Numbers whose sum is not near 0, where a float would keep few of its digits. */
static void check_reduction(bool mean, Shape x, int axis, Shape result)
{
    const Reduction which = {mean ? tensor_mean : tensor_sum, axis, mean};
    const char *op = mean ? "mean" : "sum";
    char row[80];
    if (axis == ALL_AXES)
        snprintf(row, sizeof row, "%s %s over all axes", op, shape_text(x));
    else
        snprintf(row, sizeof row, "%s %s over axis %d", op, shape_text(x), axis);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row,
                                .forward = reduction_forward,
                                .context = &which,
                                .n = 1,
                                .in = {check_uniform(x, (real)-0.2, 1)},
                                .shape = result,
                                .reference = reduction_reference});
    tape_release(mark);
}

void check_reductions(bool mean)
{
    Shape x = shape4(2, 3, 5, 7);
    check_reduction(mean, x, 0, shape3(3, 5, 7));
    check_reduction(mean, x, 1, shape3(2, 5, 7));
    check_reduction(mean, x, 2, shape3(2, 3, 7));
    check_reduction(mean, x, 3, shape3(2, 3, 5));
    check_reduction(mean, x, -2, shape3(2, 3, 7));
    check_reduction(mean, shape1(7), 0, shape0());
    check_reduction(mean, shape3(3, 1, 5), 1, shape2(3, 5));
    check_reduction(mean, x, ALL_AXES, shape0());
    check_reduction(mean, shape0(), ALL_AXES, shape0());
}

/* x minus the mean of its rows: x is used twice, and the gradient of each row sums to zero. */
static Tensor *centre_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_sub(in[0], tensor_reshape(tensor_mean(in[0], 1), shape2(3, 1)));
}

static void centre_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t i = 0; i < 15; i++) {
        const real *row = in[0]->data + i / 5 * 5;
        out[i] = in[0]->data[i] - (row[0] + row[1] + row[2] + row[3] + row[4]) / 5;
    }
}

void check_centre(void)
{
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "mean (3,5) of rows, taken off them",
                                .forward = centre_forward,
                                .n = 1,
                                .in = {check_normal(shape2(3, 5), 1)},
                                .shape = shape2(3, 5),
                                .reference = centre_reference});
    tape_release(mark);
}
