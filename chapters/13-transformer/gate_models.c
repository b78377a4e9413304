/* The rows of an encoder and of a decoder made of the layers. */
#include "gate.h"

#include <string.h>

/* Two unmasked blocks and a closing norm, over (3,4,6) with H = 2. */
static Tensor *run_encoder(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Tensor *x = in[0];
    for (int i = 0; i < 2; i++)
        x = block_forward_masked(&parts->blocks[i], x, NULL, 0);
    return layer_norm_forward(&parts->norm[0], x);
}

static void plain_run_encoder(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    real *first = plain_new(72), *second = plain_new(72);
    plain_block(first, in[0]->data, &parts->sight, &parts->blocks[0], NULL, 0);
    plain_block(second, first, &parts->sight, &parts->blocks[1], NULL, 0);
    plain_layer_norm(out, second, 12, &parts->norm[0]);
}

void check_encoder(void)
{
    TapeMark mark = tape_mark();
    BlockSettings settings = block_settings(false);
    Parts parts = {.sight = {.batch = 3, .steps = 4, .keys = 4}};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", settings, initial());
    parts.blocks[1] = block_make(&parts.parameters, "h.1", settings, initial());
    parts.norm[0] = layer_norm_make(&parts.parameters, "ln_f", settings.width, settings.epsilon);
    check_parts("encoder of 2 blocks, unmasked", &parts, 1,
                (Tensor *[]){check_normal(shape3(3, 4, 6), 1)}, shape3(3, 4, 6), run_encoder,
                plain_run_encoder);
    tape_release(mark);
}

/* A decoder's block: causal self-attention, attention over the encoder's output, feed-forward; a
 * norm before each and a residual around each. x (3,4,6), memory (3,5,6). */
static Tensor *run_decoder(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Tensor *x = in[0], *memory = in[1];
    x = tensor_add(x, attention_forward(&parts->attention, layer_norm_forward(&parts->norm[0], x)));
    x = tensor_add(x, attention_over(&parts->cross, layer_norm_forward(&parts->norm[1], x), memory,
                                     sight_mask(&parts->sight), sight_masks(&parts->sight)));
    return tensor_add(x, feed_forward(&parts->mlp, layer_norm_forward(&parts->norm[2], x)));
}

static void plain_add(real *x, const real *branch, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] += branch[i];
}

static void plain_run_decoder(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    const Sight self = {.batch = 3, .steps = 4, .keys = 4, .causal = true};
    real *normed = plain_new(72), *branch = plain_new(72);
    memcpy(out, in[0]->data, 72 * sizeof *out);
    plain_layer_norm(normed, out, 12, &parts->norm[0]);
    plain_attention(branch, normed, normed, &self, &parts->attention);
    plain_add(out, branch, 72);
    plain_layer_norm(normed, out, 12, &parts->norm[1]);
    plain_attention(branch, normed, in[1]->data, &parts->sight, &parts->cross);
    plain_add(out, branch, 72);
    plain_layer_norm(normed, out, 12, &parts->norm[2]);
    plain_feed_forward(branch, normed, 12, &parts->mlp);
    plain_add(out, branch, 72);
}

void check_decoder(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 3, .steps = 4, .keys = 5, .lengths = (int[]){2, 5, 3}}};
    const char *norms[3] = {"ln_1", "ln_2", "ln_3"};
    for (int i = 0; i < 3; i++)
        parts.norm[i] = layer_norm_make(&parts.parameters, norms[i], 6, EPSILON);
    parts.attention = attention_make(&parts.parameters, "attn", 6, 2, true, initial());
    parts.cross = attention_make(&parts.parameters, "cross", 6, 3, true, initial());
    parts.mlp = feed_forward_make(&parts.parameters, "mlp", 6, 11, true, true, initial());
    Tensor *data[2] = {check_normal(shape3(3, 4, 6), 1), check_normal(shape3(3, 5, 6), 1)};
    check_parts("decoder over a padded memory", &parts, 2, data, shape3(3, 4, 6),
                run_decoder, plain_run_decoder);
    tape_release(mark);
}
