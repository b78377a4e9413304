/* The rows of what cuts a width into heads and of what joins them again. */
#include "gate.h"

static Tensor *split_forward(Tensor *const *in, const void *context)
{
    return tensor_split_heads(in[0], *(const size_t *)context);
}

/* Element by element of the result: head h of position t holds columns h D to (h + 1) D of t. */
static void split_reference(real *out, Tensor *const *in, const void *context)
{
    size_t heads = *(const size_t *)context, steps = tensor_dim(in[0], 1);
    size_t width = tensor_dim(in[0], 2), depth = width / heads;
    for (size_t b = 0; b < tensor_dim(in[0], 0); b++)
        for (size_t h = 0; h < heads; h++)
            for (size_t t = 0; t < steps; t++)
                for (size_t d = 0; d < depth; d++)
                    *out++ = in[0]->data[(b * steps + t) * width + h * depth + d];
}

static void check_split(Shape shape, size_t heads)
{
    char row[80];
    TapeMark mark = tape_mark();
    const size_t *dim = shape.dim;
    snprintf(row, sizeof row, "split_heads %s heads %zu", shape_text(shape), heads);
    tensor_check(&(TensorCheck){.name = row,
                                .forward = split_forward,
                                .reference = split_reference,
                                .context = &heads,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape4(dim[0], heads, dim[1], dim[2] / heads)});
    tape_release(mark);
}

static Tensor *merge_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_merge_heads(in[0]);
}

static void merge_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    const size_t *dim = in[0]->shape.dim; /* (B,H,T,D) */
    for (size_t b = 0; b < dim[0]; b++)
        for (size_t t = 0; t < dim[2]; t++)
            for (size_t c = 0; c < dim[1] * dim[3]; c++)
                *out++ =
                    in[0]->data[((b * dim[1] + c / dim[3]) * dim[2] + t) * dim[3] + c % dim[3]];
}

static void check_merge(Shape shape)
{
    char row[80];
    TapeMark mark = tape_mark();
    const size_t *dim = shape.dim;
    snprintf(row, sizeof row, "merge_heads %s", shape_text(shape));
    tensor_check(&(TensorCheck){.name = row,
                                .forward = merge_forward,
                                .reference = merge_reference,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape3(dim[0], dim[2], dim[1] * dim[3])});
    tape_release(mark);
}

void check_heads(void)
{
    check_split(shape3(2, 3, 35), 5);
    check_split(shape3(3, 2, 5), 1);
    check_split(shape3(2, 5, 3), 3);
    check_merge(shape4(2, 5, 3, 7));
    check_merge(shape4(3, 1, 2, 5));
}
