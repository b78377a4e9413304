/* The rows of the small layers: linear, layer norm, embedding, feed-forward, and a residual around
 * one or around half a block. */
#include "gate.h"

static Tensor *run_linear(Tensor *const *in, const void *context)
{
    return linear_forward(&((const Parts *)context)->linear, in[0]);
}

static void plain_run_linear(real *out, Tensor *const *in, const void *context)
{
    plain_linear(out, in[0]->data, 6, &((const Parts *)context)->linear);
}

void check_linear(const char *name, bool bias)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.linear = linear_make(&parts.parameters, "linear", 5, 7, bias, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)}, shape3(2, 3, 7),
                run_linear, plain_run_linear);
    tape_release(mark);
}

static Tensor *run_layer_norm(Tensor *const *in, const void *context)
{
    return layer_norm_forward(&((const Parts *)context)->norm[0], in[0]);
}

static void plain_run_layer_norm(real *out, Tensor *const *in, const void *context)
{
    plain_layer_norm(out, in[0]->data, 6, &((const Parts *)context)->norm[0]);
}

void check_layer_norm(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.norm[0] = layer_norm_make(&parts.parameters, "norm", 5, EPSILON);
    check_parts("layer_norm (2,3,5)", &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)},
                shape3(2, 3, 5), run_layer_norm, plain_run_layer_norm);
    tape_release(mark);
}

static Tensor *run_embedding(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    (void)in;
    return embedding_forward(&parts->embedding, parts->ids, shape2(2, 3));
}

static void plain_run_embedding(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < 30; i++)
        out[i] = in[0]->data[(size_t)((const Parts *)context)->ids[i / 5] * 5 + i % 5];
}

void check_embedding(void)
{
    const int ids[6] = {3, 0, 3, 6, 3, 0};
    Parts parts = {.ids = ids};
    parts.embedding = embedding_make(&parts.parameters, "table", 7, 5, initial());
    check_parts("embedding (7,5), ids repeat", &parts, 0, NULL, shape3(2, 3, 5), run_embedding,
                plain_run_embedding);
}

static Tensor *run_feed_forward(Tensor *const *in, const void *context)
{
    return feed_forward(&((const Parts *)context)->mlp, in[0]);
}

static void plain_run_feed_forward(real *out, Tensor *const *in, const void *context)
{
    plain_feed_forward(out, in[0]->data, 6, &((const Parts *)context)->mlp);
}

void check_feed_forward(const char *name, bool tanh_gelu, bool bias)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.mlp = feed_forward_make(&parts.parameters, "mlp", 5, 7, tanh_gelu, bias, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)}, shape3(2, 3, 5),
                run_feed_forward, plain_run_feed_forward);
    tape_release(mark);
}

/* x + linear(x): x is used twice, and both uses add to its gradient. */
static Tensor *run_residual(Tensor *const *in, const void *context)
{
    return tensor_add(in[0], linear_forward(&((const Parts *)context)->linear, in[0]));
}

static void plain_run_residual(real *out, Tensor *const *in, const void *context)
{
    plain_linear(out, in[0]->data, 6, &((const Parts *)context)->linear);
    for (size_t i = 0; i < 30; i++)
        out[i] += in[0]->data[i];
}

void check_residual(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.linear = linear_make(&parts.parameters, "linear", 5, 5, true, initial());
    check_parts("residual x + linear(x)", &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)},
                shape3(2, 3, 5), run_residual, plain_run_residual);
    tape_release(mark);
}

Tensor *run_half_block(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Tensor *hidden = linear_forward(&parts->linear, layer_norm_forward(&parts->norm[0], in[0]));
    return tensor_add(in[0], linear_forward(&parts->second, tensor_gelu(hidden)));
}

static void plain_run_half_block(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    real *normed = plain_new(30), *hidden = plain_new(42);
    plain_layer_norm(normed, in[0]->data, 6, &parts->norm[0]);
    plain_linear(hidden, normed, 6, &parts->linear);
    for (size_t i = 0; i < 42; i++)
        hidden[i] = plain_gelu(hidden[i], false);
    plain_linear(out, hidden, 6, &parts->second);
    for (size_t i = 0; i < 30; i++)
        out[i] += in[0]->data[i];
}

void check_half_block(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.norm[0] = layer_norm_make(&parts.parameters, "norm", 5, EPSILON);
    parts.linear = linear_make(&parts.parameters, "up", 5, 7, true, initial());
    parts.second = linear_make(&parts.parameters, "down", 7, 5, true, initial());
    check_parts("linear_gelu_linear with norm and residual", &parts, 1,
                (Tensor *[]){check_normal(shape3(2, 3, 5), 1)}, shape3(2, 3, 5), run_half_block,
                plain_run_half_block);
    tape_release(mark);
}
