/* The rows of parameters: their names, their order and number, and how they begin. */
#include "gate.h"

#include <string.h>

void check_names(void)
{
    const char *names[12] = {"h.0.ln_1.weight", "h.0.ln_1.bias", "h.0.attn.c_attn.weight",
                             "h.0.attn.c_attn.bias", "h.0.attn.c_proj.weight",
                             "h.0.attn.c_proj.bias", "h.0.ln_2.weight", "h.0.ln_2.bias",
                             "h.0.mlp.c_fc.weight", "h.0.mlp.c_fc.bias", "h.0.mlp.c_proj.weight",
                             "h.0.mlp.c_proj.bias"};
    Parameters list = {NULL, 0, 0};
    Block block = block_make(&list, "h.0", block_settings(false), initial());
    int right = 0;
    for (int i = 0; i < 12 && i < list.count; i++)
        right += strcmp(list.items[i].name, names[i]) == 0;
    bool placed = parameters_find(&list, names[0]) == block.norm1.gain &&
                  parameters_find(&list, names[7]) == block.norm2.bias &&
                  parameters_find(&list, names[3]) == block.attention.qkv.bias &&
                  parameters_find(&list, names[11]) == block.mlp.down.bias;
    gate_check("parameters named and ordered as GPT-2's",
               right == 12 && list.count == 12 && placed, "%d of %d", right, list.count);
    /* 12 C^2 + 13 C for C = 6 */
    gate_check("parameters of a block number 12 C^2 + 13 C", parameters_elements(&list) == 510,
               "%zu", parameters_elements(&list));
    gate_check("parameters not found under another name", parameters_find(&list, "h.0.mlp") == NULL,
               "NULL");
    parameters_free(&list);
}

static bool all_equal(const Tensor *t, real value)
{
    for (size_t i = 0; i < t->size; i++)
        if (t->data[i] != value)
            return false;
    return true;
}

/* The sample's deviation within five standard errors of the one promised: for n normals that error
 * is deviation / sqrt(2n). */
static void check_deviation(const char *name, const Tensor *t, double expected)
{
    double squares = 0;
    for (size_t i = 0; i < t->size; i++)
        squares += (double)t->data[i] * (double)t->data[i];
    double found = sqrt(squares / (double)t->size);
    gate_check(name, fabs(found - expected) <= 5 * expected / sqrt(2.0 * (double)t->size),
               "expected %.4f, found %.4f", expected, found);
}

void check_initial_values(void)
{
    Parameters list = {NULL, 0, 0};
    Linear linear = linear_make(&list, "linear", 64, 25, true, initial());
    Embedding embedding = embedding_make(&list, "table", 40, 50, initial());
    LayerNorm norm = layer_norm_make(&list, "norm", 7, (real)1e-5);
    check_deviation("linear begins with deviation 1/sqrt(I)", linear.weight, 0.125);
    check_deviation("embedding begins with deviation 0.02", embedding.table, 0.02);
    bool plain = all_equal(norm.gain, 1) && all_equal(norm.bias, 0) && all_equal(linear.bias, 0);
    gate_check("layer_norm begins as the plain one", plain, "gain 1, biases 0");
    parameters_free(&list);
}
