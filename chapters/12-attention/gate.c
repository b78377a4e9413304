/* The gate of chapter 12: heads, scores, mask, mix, attention in one op, and multi-head attention.
 *
 * Every forward is held to plain loops over the definition, without a softmax that takes a maximum
 * off and without a matrix product. Attention composed of its parts and the fused op are held to
 * one loop and to each other; so is cross-attention, with T queries and S keys, padding, and rows
 * in which every key is masked. The worked cases of the lesson stand here with their numbers, and
 * so do two claims: attention does not know the order of its keys, and a causal mask hides the
 * future.
 *
 * B batch, H heads, T queries, S keys, D depth of a head, C = H D width.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

double farthest(const real *a, const real *b, size_t count)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        largest = fmax(largest, fabs((double)b[i]));
    }
    return worst == 0 ? 0 : worst / largest;
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "12-attention");
    check_heads();
    check_pairs();
    check_masks();
    check_attentions();
    check_multiheads();
    check_fused(5, 6, 3);
    check_fused(13, 14, 2);
    check_scores_sanity();
    check_mix_sanity();
    check_softmax_sanity();
    check_packed_sanity();
    check_tiled_sanity();
    check_rows_alone();
    check_order();
    check_key_bias();
    check_future();
    tape_free();
    return gate_end();
}
