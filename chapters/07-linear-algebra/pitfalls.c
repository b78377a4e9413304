/* What goes wrong when arrays are multiplied, summed and moved: eight mistakes of chapter 07, each
 * beside the right thing. */
#include "../pitfalls.h"
#include "ops/ops.h"

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

static void print_values(const char *what, const real *values, size_t count)
{
    printf("%-38s", what);
    for (size_t i = 0; i < count; i++)
        printf(" %g", (double)values[i]);
    printf("\n");
}

/* ---- matmul ---- */
static const real counted[6] = {1, 2, 3, 4, 5, 6}, one_row[4] = {1, 10, 2, 20};

/* C = A B of 2 by 2 matrices, with a dA of dC' B'. */
static void turned_upstream_backward(Tensor *out)
{
    const Tensor *b = out->parents[1];
    GradWrite da = grad_write(out->parents[0]);
    for (size_t m = 0; m < 2; m++)
        for (size_t k = 0; k < 2; k++)
            grad_put(da, m * 2 + k, out->grad[0 * 2 + m] * b->data[k * 2] +
                                        out->grad[1 * 2 + m] * b->data[k * 2 + 1]);
}

static void ones_product(void)
{
    static const real upstream[2][4] = {{1, 1, 1, 1}, {1, 2, 3, 4}};
    for (int u = 0; u < 2; u++) {
        Tensor *a = wanted(shape2(2, 2), counted), *b = tensor_from(shape2(2, 2), one_row);
        Tensor *wrong = tensor_result("turned", shape2(2, 2), turned_upstream_backward, 2,
                                      (Tensor *[]){a, b});
        tensor_backward_from(wrong, upstream[u]);
        print_values(u == 0 ? "upstream of ones: dA = dC' B'" : "upstream 1 2 3 4: dA = dC' B'",
                     a->grad, 4);
        tensor_zero_grad(a);
        tensor_backward_from(tensor_matmul(a, b), upstream[u]);
        print_values("                  dA = dC B'", a->grad, 4);
    }
    printf("\nA matrix of ones is its own transpose. A check whose loss is the plain sum of C\n"
           "sends ones, and every mistake that turns dC over passes it.\n");
}

static void square_fits(void)
{
    const Tensor *x = tensor_from(shape2(2, 2), counted);
    const real *dy = one_row;
    real wrong[4], right[4];
    for (size_t i = 0; i < 2; i++)
        for (size_t o = 0; o < 2; o++) {
            wrong[i * 2 + o] = x->data[i * 2] * dy[o] + x->data[i * 2 + 1] * dy[2 + o];
            right[i * 2 + o] = x->data[i] * dy[o] + x->data[2 + i] * dy[2 + o];
        }
    print_values("X (2,2), dY (2,2): dW = X dY", wrong, 4);
    print_values("                   dW = X' dY", right, 4);
    printf("\nBoth have W's shape. With 3 examples X is (3,2), dY is (3,2), and X dY does not\n"
           "exist: sizes that differ refuse what sizes that agree let pass.\n");
}

/* ---- batches ---- */
static void turned_batch(void)
{
    static const real dy[6] = {1, 0, 0, 0, 0, 1}; /* (2,3,1) */
    static const real values[12] = {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};
    Tensor *x = tensor_from(shape3(2, 3, 2), values);
    Tensor *all_axes = tensor_reshape(tensor_permute(x, (int[]){2, 1, 0}), shape3(2, 2, 3));
    Tensor *last_two = tensor_transpose(x), *upstream = tensor_from(shape3(2, 3, 1), dy);
    print_values("X (2,3,2), first matrix", x->data, 6);
    print_values("           second matrix", x->data + 6, 6);
    print_values("all axes turned, reshaped to (2,2,3)", all_axes->data, 12);
    print_values("the last two axes turned", last_two->data, 12);
    const Tensor *wrong = tensor_sum(tensor_matmul(all_axes, upstream), 0);
    const Tensor *right = tensor_sum(tensor_matmul(last_two, upstream), 0);
    print_values("dW = X' dY by the first", wrong->data, 2);
    print_values("dW = X' dY by the second", right->data, 2);
    printf("\nThe upstream names row 0 of the first matrix, (1,2), and row 2 of the second,\n"
           "(50,60): their sum is (51,62). Reshaping made the shape fit and mixed the batch\n"
           "with the rows.\n");
}

static void last_batch(void)
{
    static const real dy[4] = {1, 1, 1, 1};
    Tensor *x = tensor_from(shape3(2, 2, 1), (real[]){1, 2, 10, 20});
    real kept[1], summed[1] = {0};
    for (size_t b = 0; b < 2; b++) {
        real here = x->data[b * 2] * dy[b * 2] + x->data[b * 2 + 1] * dy[b * 2 + 1];
        kept[0] = here;
        summed[0] += here;
    }
    print_values("X (2,2,1), dY of ones: each batch's dW", (real[]){1 + 2, 10 + 20}, 2);
    print_values("dW stored in each turn of the loop", kept, 1);
    print_values("dW added", summed, 1);
    Tensor *w = wanted(shape2(1, 1), (real[]){1});
    tensor_backward_from(tensor_matmul(x, w), dy);
    print_values("tensor_matmul, one long matrix", w->grad, 1);
    printf("\nOne weight served both matrices, so both move it. With a batch of one nothing\n"
           "is wrong.\n");
}

/* ---- mean ---- */
static void size_mean_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        grad_put(dx, i, out->grad[i / 3] / (real)x->size);
}

static void axis_mean(void)
{
    static const real dy[2] = {18, 18};
    Tensor *x = wanted(shape2(2, 3), counted);
    Tensor *wrong = tensor_result("size_mean", shape1(2), size_mean_backward, 1, &x);
    tensor_backward_from(wrong, dy);
    print_values("mean of (2,3) over axis 1: dY", dy, 2);
    print_values("dX = dY / 6, the tensor's size", x->grad, 6);
    tensor_zero_grad(x);
    tensor_backward_from(tensor_mean(x, 1), dy);
    print_values("dX = dY / 3, the axis' length", x->grad, 6);
    printf("\nThe shares of a row must add up to what came for it, 18. Over all axes, or with\n"
           "one row, the two are the same; behind a loss the wrong one is only a smaller rate.\n");
}

/* ---- moves ---- */
static void permuted_twice(void)
{
    static const int axes[3] = {1, 2, 0}, inverse[3] = {2, 0, 1};
    Tensor *x = wanted(shape3(2, 1, 3), counted);
    Tensor *y = tensor_permute(x, axes);
    print_values("X (2,1,3)", x->data, 6);
    print_values("Y = X by (1,2,0), of (1,3,2)", y->data, 6);
    print_values("Y by (1,2,0) again, of (3,2,1)", tensor_permute(y, axes)->data, 6);
    print_values("Y by (2,0,1), of (2,1,3)", tensor_permute(y, inverse)->data, 6);
    tensor_backward_from(y, y->data);
    print_values("backward, if dY were Y", x->grad, 6);
    printf("\nWhat undoes a cycle of three axes is the cycle the other way. Swaps of two axes\n"
           "undo themselves, so a check with swaps alone sees nothing.\n");
}

static void wiping_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    size_t begin = *(const size_t *)out->saved;
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < x->size; i++)
        dx.at[i] = i >= begin && i < begin + out->size ? out->grad[i - begin] : 0;
}

static Tensor *wiping_slice(Tensor *x, size_t begin, size_t end)
{
    Tensor *out = tensor_result("wiping_slice", shape1(end - begin), wiping_backward, 1, &x);
    size_t *saved = tape_alloc(sizeof *saved);
    *saved = begin;
    out->saved = saved;
    for (size_t i = begin; i < end; i++)
        out->data[i - begin] = x->data[i];
    return out;
}

static void wiped_slice(void)
{
    static const real dy[4] = {10, 20, 30, 40};
    for (int right = 0; right < 2; right++) {
        Tensor *x = wanted(shape1(4), counted);
        Tensor *parts[2];
        for (size_t k = 0; k < 2; k++)
            parts[k] = right ? tensor_slice(x, 0, 2 * k, 2 * k + 2)
                             : wiping_slice(x, 2 * k, 2 * k + 2);
        tensor_backward_from(tensor_concat(parts, 2, 0), dy);
        print_values(right ? "the rest left as it is" : "zeros written to the rest", x->grad, 4);
    }
    printf("\nx was cut in two and put together again. Each half's backward has nothing to say\n"
           "about the other half, and that is not the same as saying 0.\n");
}

static void late_part_backward(Tensor *out)
{
    size_t offset = 0;
    for (int k = 0; k < out->n_parents; k++) {
        Tensor *part = out->parents[k];
        if (!part->wants_grad)
            continue;
        GradWrite dx = grad_write(part);
        for (size_t i = 0; i < part->size; i++)
            grad_put(dx, i, out->grad[offset + i]);
        offset += part->size;
    }
}

static void late_part(void)
{
    static const real dy[5] = {10, 20, 30, 40, 50};
    Tensor *parts[3] = {wanted(shape1(1), counted), tensor_from(shape1(2), counted + 1),
                        wanted(shape1(2), counted + 3)};
    Tensor *wrong = tensor_result("late_part", shape1(5), late_part_backward, 3, parts);
    tensor_backward_from(wrong, dy);
    print_values("upstream of parts of 1, 2 and 2", dy, 5);
    print_values("third part, offset kept at a constant", parts[2]->grad, 2);
    for (int k = 0; k < 3; k += 2)
        tensor_zero_grad(parts[k]);
    tensor_backward_from(tensor_concat(parts, 3, 0), dy);
    print_values("third part, offset moved on", parts[2]->grad, 2);
    printf("\nThe second part is a constant and wants no gradient. It still takes its room.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"ones-product", "a product's gradient checked with ones", ones_product},
        {"square-fits", "square matrices, which fit every way round", square_fits},
        {"turned-batch", "the transpose of three axes", turned_batch},
        {"last-batch", "a shared weight that hears the last batch alone", last_batch},
        {"axis-mean", "a mean's gradient divided by the wrong count", axis_mean},
        {"permuted-twice", "a permutation undone by itself", permuted_twice},
        {"wiped-slice", "zeros written where nothing was to be added", wiped_slice},
        {"late-part", "an offset that does not move over a constant", late_part},
    };
    int status = pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof pitfalls[0]);
    tape_free();
    return status;
}
