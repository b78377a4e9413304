/* The rows that the lesson works by hand. */
#include "gate.h"

/* The lesson's case: width 2, one step, so that attention only looks at itself. x = [1, 3]
 * normalises to [-1, 1] (epsilon 0); values are 2 n, the output projection halves: x becomes [0,
 * 4]. The second branch sees [-1, 1] again and multiplies by 0: the block's output is [0, 4]. */
void check_by_hand(void)
{
    TapeMark mark = tape_mark();
    Parameters list = {NULL, 0, 0};
    Block block = block_make(&list, "h.0", (BlockSettings){.width = 2, .heads = 1, .bias = true},
                             initial());
    for (int i = 0; i < list.count; i++)
        if (list.items[i].tensor->shape.rank == 2)
            parameter_fill(list.items[i].tensor, 0);
    for (size_t i = 0; i < 2; i++) {
        block.attention.qkv.weight->data[i * 6 + 4 + i] = 2;       /* values: 2 I */
        block.attention.output.weight->data[i * 2 + i] = (real)0.5; /* output: I / 2 */
    }
    Tensor *x = tensor_from(shape3(1, 1, 2), (real[]){1, 3});
    tensor_want_grad(x);
    Tensor *out = block_forward(&block, x, NULL, 0);
    tensor_backward_from(out, (real[]){1, 0});
    /* A norm over two numbers gives [-1, 1] whatever they are: the branch's slope is 0, and what
     * arrives is what the highway carried, [1, 0]. */
    const real expected[4] = {0, 4, 1, 0};
    real found[4] = {out->data[0], out->data[1], x->grad[0], x->grad[1]};
    double worst = 0;
    for (int i = 0; i < 4; i++)
        worst = fmax(worst, fabs((double)(found[i] - expected[i])));
    gate_check("block by hand: [1,3] to [0,4]", worst <= rounding(), "off by %.0e", worst);
    parameters_free(&list);
    tape_release(mark);
}

/* Cross-attention by hand: width 1, queries and keys 0, values 2 m, output 1. Every query takes the
 * mean of [2, 8]; an upstream of 1 sends 1/2 to each value, 1 to each place of the memory, 0 to
 * x. */
void check_attention_by_hand(void)
{
    TapeMark mark = tape_mark();
    Parameters list = {NULL, 0, 0};
    Attention layer = attention_make(&list, "attn", 1, 1, true, initial());
    parameter_fill(layer.qkv.weight, 0);
    layer.qkv.weight->data[2] = 2;
    parameter_fill(layer.output.weight, 1);
    Tensor *x = tensor_from(shape3(1, 1, 1), (real[]){7});
    Tensor *memory = tensor_from(shape3(1, 2, 1), (real[]){1, 4});
    tensor_want_grad(x);
    tensor_want_grad(memory);
    Tensor *y = attention_over(&layer, x, memory, NULL, 0);
    tensor_backward_from(y, (real[]){1});
    bool right = y->data[0] == 5 && memory->grad[0] == 1 && memory->grad[1] == 1 && x->grad[0] == 0;
    gate_check("attention by hand: the mean of 2 and 8", right, "%g", (double)y->data[0]);
    parameters_free(&list);
    tape_release(mark);
}

/* Half a block by hand: x = [1, 3], epsilon 3, so n = [-1/2, 1/2]; both matrices are the identity.
 * y = x + gelu(n), and an upstream of [1, 0] gives [1.0248447, -0.0248447]. */
void check_half_block_by_hand(void)
{
    const real one = 1, epsilon = 3;
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.norm[0] = layer_norm_make(&parts.parameters, "norm", 2, epsilon);
    parts.linear = linear_make(&parts.parameters, "up", 2, 2, true, initial());
    parts.second = linear_make(&parts.parameters, "down", 2, 2, true, initial());
    for (size_t i = 0; i < 4; i++)
        parts.linear.weight->data[i] = parts.second.weight->data[i] = i % 3 == 0 ? one : 0;
    Tensor *x = tensor_from(shape2(1, 2), (real[]){1, 3});
    tensor_want_grad(x);
    Tensor *y = run_half_block(&x, &parts);
    tensor_backward_from(y, (real[]){1, 0});
    const double expected[4] = {0.8457312, 3.3457312, 1.0248447, -0.0248447};
    const real found[4] = {y->data[0], y->data[1], x->grad[0], x->grad[1]};
    double worst = 0;
    for (int i = 0; i < 4; i++)
        worst = fmax(worst, fabs((double)found[i] - expected[i]));
    gate_check("linear_gelu_linear by hand: [1,3]", worst < 1e-6, "off by %.0e", worst);
    parameters_free(&parts.parameters);
    tape_release(mark);
}
