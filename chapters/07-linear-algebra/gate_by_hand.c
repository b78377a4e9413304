/* The rows that the lesson works by hand: whole numbers, which must come out exactly. */
#include "gate.h"

static void check_values(const char *row, const real *found, const double *known, size_t count)
{
    bool equal = true;
    for (size_t i = 0; i < count; i++)
        equal = equal && (double)found[i] == known[i];
    gate_check(row, equal, "%8zu  exactly", count);
}

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

void check_products_by_hand(void)
{
    const real one[4] = {1, 0, 0, 1}, count[4] = {1, 2, 3, 4};
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape2(2, 2), count), *w = wanted(shape2(2, 2), one);
    Tensor *y = tensor_matmul(x, w);
    tensor_backward_from(y, one);
    check_values("matmul by hand: [[1,2],[3,4]] I", y->data, (double[]){1, 2, 3, 4}, 4);
    check_values("matmul by hand: dW = X^T", w->grad, (double[]){1, 3, 2, 4}, 4);
    check_values("matmul by hand: dX = I", x->grad, (double[]){1, 0, 0, 1}, 4);

    const real twice[8] = {1, 2, 3, 4, 1, 2, 3, 4}, two_ones[8] = {1, 0, 0, 1, 1, 0, 0, 1};
    w = wanted(shape2(2, 2), one);
    tensor_backward_from(tensor_matmul(wanted(shape3(2, 2, 2), twice), w), two_ones);
    check_values("matmul by hand: two batches, one W", w->grad, (double[]){2, 6, 4, 8}, 4);
    w = wanted(shape3(2, 2, 2), two_ones);
    tensor_backward_from(tensor_matmul(wanted(shape3(2, 2, 2), twice), w), two_ones);
    check_values("matmul by hand: each its own W", w->grad, (double[]){1, 3, 2, 4, 1, 3, 2, 4}, 8);

    Tensor *bias = wanted(shape1(2), (real[]){10, 20});
    x = wanted(shape2(2, 2), count);
    w = wanted(shape2(2, 2), (real[]){0, 1, 1, 0});
    y = tensor_linear(x, w, bias);
    tensor_backward_from(y, (real[]){1, 0, 5, 2});
    check_values("linear by hand: columns swapped, + bias", y->data, (double[]){12, 21, 14, 23}, 4);
    check_values("linear by hand: dX", x->grad, (double[]){0, 1, 2, 5}, 4);
    check_values("linear by hand: dW", w->grad, (double[]){16, 6, 22, 8}, 4);
    check_values("linear by hand: db", bias->grad, (double[]){6, 2}, 2);
    tape_release(mark);
}

void check_moves_by_hand(void)
{
    const real count[6] = {1, 2, 3, 4, 5, 6};
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape2(2, 3), count), *y = tensor_sum(x, 0), *z = tensor_mean(x, 1);
    tensor_backward_from(tensor_add(y, tensor_sum(z, 0)), (real[]){3, 6, 9});
    check_values("sum by hand: [[1,2,3],[4,5,6]], axis 0", y->data, (double[]){5, 7, 9}, 3);
    check_values("mean by hand: the same, axis 1", z->data, (double[]){2, 5}, 2);
    check_values("mean by hand: its third, beside sum's", x->grad, (double[]){9, 12, 15, 9, 12, 15},
                 6);

    x = wanted(shape2(2, 3), count);
    y = tensor_transpose(x);
    tensor_backward_from(y, (real[]){10, 20, 30, 40, 50, 60});
    check_values("transpose by hand: (2,3)", y->data, (double[]){1, 4, 2, 5, 3, 6}, 6);
    check_values("transpose by hand: back", x->grad, (double[]){10, 30, 50, 20, 40, 60}, 6);

    x = wanted(shape2(2, 3), count);
    tensor_backward_from(tensor_slice(x, 1, 1, 3), (real[]){1, 2, 3, 4});
    check_values("slice by hand: columns 1 and 2", x->grad, (double[]){0, 1, 2, 0, 3, 4}, 6);
    tape_release(mark);
}
