/* The rows of what moves elements and changes none: transpose, permute, reshape. */
#include "gate.h"

#include <string.h>

static Tensor *permute_forward(Tensor *const *in, const void *context)
{
    return tensor_permute(in[0], context);
}

static void permute_reference(real *out, Tensor *const *in, const void *context)
{
    const int *axes = context;
    Shape from = in[0]->shape, to = from;
    for (int a = 0; a < from.rank; a++)
        to.dim[a] = from.dim[axes[a]];
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t index[RANK_MAX], moved[RANK_MAX];
        index_split(from, i, index);
        for (int a = 0; a < from.rank; a++)
            moved[a] = index[axes[a]];
        out[index_join(to, moved)] = in[0]->data[i];
    }
}

static Tensor *transpose_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_transpose(in[0]);
}

/* Element by element of the axes' order; NULL is the transpose of the last two. */
static void check_moved(Shape x, const int *axes)
{
    const int last_two[3][RANK_MAX] = {{1, 0}, {0, 2, 1}, {0, 1, 3, 2}};
    const int *order = axes == NULL ? last_two[x.rank - 2] : axes;
    char row[80];
    Shape result = x;
    int used =
        snprintf(row, sizeof row, "%s %s", axes == NULL ? "transpose" : "permute", shape_text(x));
    for (int a = 0; a < x.rank; a++) {
        result.dim[a] = x.dim[order[a]];
        if (axes != NULL)
            used +=
                snprintf(row + used, sizeof row - (size_t)used, a == 0 ? " by %d" : ",%d", axes[a]);
    }
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .context = order, .n = 1,
                                .forward = axes == NULL ? transpose_forward : permute_forward,
                                .in = {check_normal(x, 1)}, .shape = result,
                                .reference = permute_reference});
    tape_release(mark);
}

void check_moves(void)
{
    check_moved(shape2(3, 5), NULL);
    check_moved(shape3(2, 3, 5), NULL);
    check_moved(shape4(2, 3, 5, 7), NULL);
    static const int of_three[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int p = 0; p < 6; p++)
        check_moved(shape3(2, 3, 5), of_three[p]);
    static const int of_four[6][4] = {{0, 2, 1, 3}, {1, 2, 3, 0}, {3, 0, 1, 2},
                                      {2, 3, 0, 1}, {3, 2, 1, 0}, {1, 3, 0, 2}};
    for (int p = 0; p < 6; p++)
        check_moved(shape4(2, 3, 5, 7), of_four[p]);
    check_moved(shape2(3, 5), (const int[]){1, 0});
    check_moved(shape1(7), (const int[]){0});
    check_moved(shape0(), (const int[]){0}); /* no axis at all: nothing to move */
}

/* Two views of x of other shapes, and x itself, meet again. */
static Tensor *reshape_forward(Tensor *const *in, const void *context)
{
    (void)context;
    Tensor *matrix = tensor_reshape(in[0], shape2(6, 5));
    Tensor *back = tensor_reshape(tensor_reshape(matrix, shape1(30)), shape4(3, 2, 1, 5));
    return tensor_mul(tensor_reshape(back, shape3(2, 3, 5)), in[0]);
}

static void reshape_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = in[0]->data[i] * in[0]->data[i];
}

static Tensor *reshape_alone(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_reshape(in[0], shape2(10, 3));
}

static void same_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    memcpy(out, in[0]->data, in[0]->size * sizeof *out);
}

void check_reshape(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape3(2, 3, 5), 1);
    tensor_check(&(TensorCheck){.name = "reshape (2,3,5) to (10,3)",
                                .forward = reshape_alone,
                                .n = 1,
                                .in = {x},
                                .shape = shape2(10, 3),
                                .reference = same_reference});
    tensor_check(&(TensorCheck){.name = "reshape (2,3,5) there and back, times x",
                                .forward = reshape_forward, .n = 1, .in = {x},
                                .shape = shape3(2, 3, 5), .reference = reshape_reference});
    gate_check("reshape copies nothing", tensor_reshape(x, shape1(30))->data == x->data,
               "the same memory");
    tape_release(mark);
}
