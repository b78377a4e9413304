/* The gate of chapter 17: a whole GPT-2, small enough that every derivative can be measured.
 *
 * V = 11, T = 5 of 7 positions, B = 4, C = 6, 2 heads, 2 layers, weights of deviation 0.3, ids that
 * repeat, a target that is ignored. Every element of every parameter is poked. The forward is held
 * to a GPT-2 in loops over single numbers (../13-transformer/plain.h), which looks its weights up
 * by Hugging Face's names, so that a weight under a wrong name is a wrong forward. Then: plain and
 * fused agree, the tied table gets both of its gradients, counts, names and initial values are
 * GPT-2's.
 *
 * Letters: B batch, T time, C width, V vocabulary.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

Config config_small(void)
{
    return (Config){.n_layer = 2, .n_head = 2, .n_embd = C, .vocab_size = V, .n_positions = 7,
                    .layer_norm_epsilon = 0.1, .tanh_gelu = true, .tied = true, .bias = true};
}

Gpt2 *model_make(Config config)
{
    Gpt2 *model = gpt2_make(&config, 17);
    plain_scramble(&model->parameters);
    return model;
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "17-gpt2");
    Config own = config_small(), other = config_small();
    other.tied = other.tanh_gelu = other.bias = false;
    /* The forwards below look parameters up by name: without the names they cannot run. */
    if (!check_names() || !check_heads())
        return gate_end();
    check_gradients();
    check_plain_against_fused("plain = fused, tied, and every gradient", own);
    check_plain_against_fused("plain = fused, untied, and every gradient", other);
    check_tie();
    check_tie_by_hand();
    check_looks_not_ahead();
    check_counts();
    check_initial_values();
    check_initial_loss();
    tape_free();
    return gate_end();
}
