/* The rows of blocks, pre-norm and post-norm, and what differences cannot tell of them: that they
 * keep to their settings, do not look ahead, and let gradients pass where branches are silent. */
#include "gate.h"

#include <string.h>

/* The dropout stream is copied, so that every forward draws the same masks: a frozen mask. */
static Tensor *run_block(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Random replay = parts->dropout;
    return block_forward(&parts->blocks[0], in[0], &replay, parts->rate);
}

static Tensor *run_block_masked(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    return block_forward_masked(&parts->blocks[0], in[0], sight_mask(&parts->sight),
                                sight_masks(&parts->sight));
}

static void plain_run_block(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Random replay = parts->dropout;
    plain_block(out, in[0]->data, &parts->sight, &parts->blocks[0], &replay, parts->rate);
}

static void check_block(const char *name, BlockSettings settings, real rate)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = rate, .dropout = random_make(13, 1),
                   .sight = {.batch = 4, .steps = 5, .keys = 5, .causal = true}};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", settings, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_block, plain_run_block);
    tape_release(mark);
}

static void check_block_masked(const char *name, BlockSettings settings, const int *lengths)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 5, .lengths = lengths}};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", settings, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_block_masked, plain_run_block);
    tape_release(mark);
}

void check_all_blocks(void)
{
    const real rate = (real)0.25;
    BlockSettings plain = block_settings(false);
    plain.plain = true;
    plain.tanh_gelu = false;
    check_block("block pre-norm", block_settings(false), 0);
    check_block("block pre-norm, plain, exact GELU", plain, 0);
    check_block("block post-norm, no biases", block_settings(true), 0);
    check_block("block pre-norm, dropout of a frozen mask", block_settings(false), rate);
    check_block("block post-norm, dropout of a frozen mask", block_settings(true), rate);
    check_block_masked("block padded, post-norm", block_settings(true), (int[]){5, 2, 4, 1});
}

static size_t count_op(const Tensor *from, const char *op)
{
    size_t count = 0;
    for (const Tensor *node = from; node != NULL; node = node->previous)
        count += strcmp(node->op, op) == 0;
    return count;
}

/* A block keeps to its settings. The rows above read the made block, so they cannot tell; and the
 * plain and the fused way only differ on the tape. */
void check_settings(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    bool kept = true;
    for (int variant = 0; variant < 2; variant++) {
        BlockSettings settings = block_settings(variant == 1);
        settings.plain = variant == 1;
        Block block =
            block_make(&parts.parameters, variant == 1 ? "post" : "pre", settings, initial());
        Tensor *out = block_forward(&block, check_normal(shape3(4, 5, 6), 1), NULL, 0);
        kept = kept && block.post_norm == settings.post_norm && block.norm1.epsilon == EPSILON &&
               block.norm2.epsilon == EPSILON && block.mlp.tanh_gelu == settings.tanh_gelu &&
               block.attention.heads == settings.heads &&
               (block.mlp.up.bias != NULL) == settings.bias &&
               (block.attention.qkv.bias != NULL) == settings.bias &&
               count_op(out, "gelu_tanh") == (settings.tanh_gelu ? 1 : 0) &&
               count_op(out, "attention") == (settings.plain ? 0 : 1);
        parameters_free(&parts.parameters);
        tape_release(mark);
    }
    gate_check("block keeps to its settings", kept, "2 variants");
}

/* Everything at step 3 and after is changed: what came out before must stay, to the last bit. */
void check_looks_not_ahead(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", block_settings(false), initial());
    plain_scramble(&parts.parameters);
    Tensor *x = check_normal(shape3(1, 5, 6), 1);
    Tensor *before = block_forward(&parts.blocks[0], x, NULL, 0);
    for (size_t i = 18; i < 30; i++)
        x->data[i] += 1;
    Tensor *after = block_forward(&parts.blocks[0], x, NULL, 0);
    size_t same = 0, changed = 0;
    for (size_t i = 0; i < 30; i++) {
        same += i < 18 && before->data[i] == after->data[i];
        changed += i >= 18 && before->data[i] != after->data[i];
    }
    gate_check("block causal: steps 0 to 2 do not see step 3", same == 18 && changed == 12,
               "%zu of 18 stay, %zu of 12 change", same, changed);
    parameters_free(&parts.parameters);
    tape_release(mark);
}

/* Both output projections zero: a pre-norm block is the identity and its gradient the upstream, to
 * the last bit. A post-norm block has a norm on the road: what arrives has lost its mean. */
void check_highway(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.blocks[0] = block_make(&parts.parameters, "pre", block_settings(false), initial());
    parts.blocks[1] = block_make(&parts.parameters, "post", block_settings(true), initial());
    for (int i = 0; i < 2; i++) {
        parameter_fill(parts.blocks[i].attention.output.weight, 0);
        parameter_fill(parts.blocks[i].mlp.down.weight, 0);
    }
    Tensor *x = check_normal(shape3(1, 5, 6), 1);
    tensor_want_grad(x);
    Tensor *out = block_forward(&parts.blocks[0], x, NULL, 0);
    tensor_retain_grad(out);
    backward_randomly(out, 13);
    bool same = memcmp(out->data, x->data, 30 * sizeof(real)) == 0 &&
                memcmp(out->grad, x->grad, 30 * sizeof(real)) == 0;
    gate_check("block pre-norm, silent: the identity", same, "to the bit, both ways");
    tensor_zero_grad(x);
    backward_randomly(block_forward(&parts.blocks[1], x, NULL, 0), 13);
    double sum = 0;
    for (size_t i = 0; i < 6; i++)
        sum += (double)x->grad[i];
    gate_check("block post-norm, silent: rows sum to 0", fabs(sum) <= 10 * rounding(),
               "sum %.0e", fabs(sum));
    parameters_free(&parts.parameters);
    tape_release(mark);
}
