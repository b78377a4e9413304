/* The gate of chapter 13: every layer of nn/, the blocks made of them, an encoder and a decoder.
 *
 * Each row's inputs are its data and every parameter of its layer, all of them drawn anew with a
 * deviation of 0.3. Forwards are held to the loops over single numbers of plain.h, gradients to
 * five-point differences. After these come what differences cannot tell: that fused and plain
 * attention agree, that nothing looks ahead, that silent branches let gradients pass unchanged,
 * that parameters have their names and layers their initial values, and the cases worked by hand.
 *
 * Letters: B batch, T steps, S steps of the memory, C width, H heads.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

void check_parts(const char *name, Parts *parts, int n, Tensor *const *data, Shape shape,
                 Forward forward, Reference reference)
{
    TensorCheck check = {.name = name, .forward = forward, .context = parts, .shape = shape,
                         .reference = reference, .step = (real)0x1p-10};
    plain_scramble(&parts->parameters);
    for (int i = 0; i < n; i++)
        check.in[check.n++] = data[i];
    for (int i = 0; i < parts->parameters.count; i++)
        check.in[check.n++] = parts->parameters.items[i].tensor;
    tensor_check(&check);
    parameters_free(&parts->parameters);
}

Random *initial(void)
{
    static Random random = {13, 0, 0};
    return &random;
}

const bool *sight_mask(const Sight *sight)
{
    if (sight->lengths != NULL)
        return mask_padding(sight->batch, sight->steps, sight->keys, sight->lengths, sight->causal);
    return sight->causal ? mask_causal(sight->steps, sight->keys) : NULL;
}

size_t sight_masks(const Sight *sight)
{
    return sight->lengths == NULL ? 1 : sight->batch;
}

BlockSettings block_settings(bool post_norm)
{
    return (BlockSettings){.width = 6, .heads = 2, .epsilon = EPSILON, .tanh_gelu = !post_norm,
                           .bias = !post_norm, .post_norm = post_norm};
}

double rounding(void)
{
    return gate_is_float() ? 1e-5 : 1e-12;
}

void backward_randomly(Tensor *out, uint64_t seed)
{
    Random random = random_make(seed, 13);
    real *upstream = tape_alloc(out->size * sizeof *upstream);
    for (size_t i = 0; i < out->size; i++)
        upstream[i] = (real)random_normal(&random);
    tensor_backward_from(out, upstream);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "13-transformer");
    check_linear("linear (2,3,5) to 7", true);
    check_linear("linear (2,3,5) to 7, no bias", false);
    check_layer_norm();
    check_embedding();
    check_all_attention();
    check_feed_forward("feed_forward exact GELU", false, true);
    check_feed_forward("feed_forward tanh GELU", true, true);
    check_feed_forward("feed_forward no biases", true, false);
    check_residual();
    check_half_block();
    check_all_blocks();
    check_encoder();
    check_decoder();
    check_fused_against_plain();
    check_settings();
    check_looks_not_ahead();
    check_highway();
    check_names();
    check_initial_values();
    check_by_hand();
    check_attention_by_hand();
    check_half_block_by_hand();
    tape_free();
    return gate_end();
}
