/* The rows of slice and concat, which take parts of a tensor and put them together. */
#include "gate.h"

typedef struct {
    int axis;
    size_t begin, end;
} Part;

static Tensor *slice_forward(Tensor *const *in, const void *context)
{
    const Part *p = context;
    return tensor_slice(in[0], p->axis, p->begin, p->end);
}

static void slice_reference(real *out, Tensor *const *in, const void *context)
{
    const Part *p = context;
    int axis = from_front(p->axis, in[0]->shape.rank);
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t index[RANK_MAX];
        index_split(in[0]->shape, i, index);
        if (index[axis] >= p->begin && index[axis] < p->end)
            *out++ = in[0]->data[i];
    }
}

static void check_slice(Shape x, int axis, size_t begin, size_t end)
{
    const Part part = {axis, begin, end};
    char row[80];
    snprintf(row, sizeof row, "slice %s axis %d [%zu,%zu)", shape_text(x), axis, begin, end);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = slice_forward, .context = &part, .n = 1,
                                .in = {check_normal(x, 1)},
                                .shape = shape_with(x, from_front(axis, x.rank), end - begin),
                                .reference = slice_reference});
    tape_release(mark);
}

/* Two parts that share the middle row: its gradient comes from both. */
static Tensor *overlap_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_mul(tensor_slice(in[0], 0, 0, 3), tensor_slice(in[0], 0, 2, 5));
}

static void overlap_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t i = 0; i < 9; i++)
        out[i] = in[0]->data[i] * in[0]->data[i + 6];
}

void check_slices(void)
{
    Shape x = shape4(2, 3, 5, 7);
    check_slice(x, 0, 1, 2);
    check_slice(x, 1, 0, 2);
    check_slice(x, 2, 1, 4);
    check_slice(x, 3, 3, 7);
    check_slice(x, -2, 2, 3);
    check_slice(x, 1, 0, 3);
    check_slice(shape2(3, 5), 1, 2, 2);
    check_slice(shape1(7), 0, 2, 5);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "slice (5,3) twice, overlapping",
                                .forward = overlap_forward,
                                .n = 1,
                                .in = {check_normal(shape2(5, 3), 1)},
                                .shape = shape2(3, 3),
                                .reference = overlap_reference});
    tape_release(mark);
}

/* Which inputs are joined, in order, and along which axis. */
typedef struct {
    int axis, n, part[4];
} Join;

static Tensor *concat_forward(Tensor *const *in, const void *context)
{
    const Join *join = context;
    Tensor *parts[4];
    for (int k = 0; k < join->n; k++)
        parts[k] = in[join->part[k]];
    return tensor_concat(parts, join->n, join->axis);
}

static void concat_reference(real *out, Tensor *const *in, const void *context)
{
    const Join *join = context;
    int axis = from_front(join->axis, in[0]->shape.rank);
    Shape whole = shape_with(in[0]->shape, axis, 0);
    for (int k = 0; k < join->n; k++)
        whole.dim[axis] += in[join->part[k]]->shape.dim[axis];
    size_t offset = 0;
    for (int k = 0; k < join->n; k++) {
        const Tensor *part = in[join->part[k]];
        for (size_t i = 0; i < part->size; i++) {
            size_t index[RANK_MAX];
            index_split(part->shape, i, index);
            index[axis] += offset;
            out[index_join(whole, index)] = part->data[i];
        }
        offset += part->shape.dim[axis];
    }
}

/* Parts of 2, 1 and 4 along `axis` of a shape (2,3,5,7) cut to its first `rank` axes. */
static void check_concat(int rank, int axis)
{
    const Join join = {axis, 3, {0, 1, 2, 0}};
    int front = from_front(axis, rank);
    Shape shape = {rank, {2, 3, 5, 7}}, part[3];
    for (int k = 0; k < 3; k++)
        part[k] = shape_with(shape, front, (const size_t[]){2, 1, 4}[k]);
    char row[80];
    snprintf(row, sizeof row, "concat %s and 2 more, axis %d", shape_text(part[0]), axis);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){
        .name = row,
        .forward = concat_forward,
        .context = &join,
        .n = 3,
        .in = {check_normal(part[0], 1), check_normal(part[1], 1), check_normal(part[2], 1)},
        .shape = shape_with(shape, front, 7),
        .reference = concat_reference});
    tape_release(mark);
}

static void check_concat_reuse(const char *row, Join join, size_t columns)
{
    TapeMark mark = tape_mark();
    tensor_check(
        &(TensorCheck){.name = row,
                       .forward = concat_forward,
                       .context = &join,
                       .n = join.n > 2 ? 2 : 1,
                       .in = {check_normal(shape2(3, 2), 1), check_normal(shape2(3, 5), 1)},
                       .shape = shape2(3, columns),
                       .reference = concat_reference});
    tape_release(mark);
}

/* A constant between two parts: what comes after it must still find its own gradient. */
static void check_concat_constant(void)
{
    TapeMark mark = tape_mark();
    Tensor *parts[3] = {tensor_from(shape1(1), (real[]){1}), tensor_from(shape1(2), (real[]){2, 3}),
                        tensor_from(shape1(2), (real[]){4, 5})};
    tensor_want_grad(parts[0]);
    tensor_want_grad(parts[2]);
    tensor_backward_from(tensor_concat(parts, 3, 0), (real[]){10, 20, 30, 40, 50});
    gate_check("concat around a constant",
               parts[0]->grad[0] == 10 && parts[2]->grad[0] == 40 && parts[2]->grad[1] == 50 &&
                   !parts[1]->has_grad,
               "each part its own");
    tape_release(mark);
}

void check_concats(void)
{
    for (int axis = 0; axis < 4; axis++)
        check_concat(4, axis);
    check_concat(3, -2);
    check_concat(1, 0);
    check_concat_reuse("concat (3,2) alone", (Join){1, 1, {0}}, 2);
    check_concat_reuse("concat (3,2) with itself", (Join){1, 2, {0, 0}}, 4);
    check_concat_reuse("concat (3,2) on both sides of (3,5)", (Join){1, 3, {0, 1, 0}}, 9);
    check_concat_constant();
}
