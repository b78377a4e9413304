/* What differences cannot tell: that plain and fused agree, that a tied table gets both of its
 * gradients, and that nothing looks ahead. */
#include "gate.h"

#include <string.h>

/* For what is exact but for rounding. */
static double rounding(void)
{
    return gate_is_float() ? 1e-5 : 1e-12;
}

/* The worst |a - b| so far, by the largest |a| of the array. */
static double apart(double worst, const real *a, const real *b, size_t count)
{
    double largest = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)a[i]));
        difference = fmax(difference, fabs((double)(a[i] - b[i])));
    }
    return fmax(worst, difference / largest);
}

/* The loss, with every parameter's gradient left where it belongs. */
static Tensor *loss_and_gradients(Gpt2 *model)
{
    parameters_zero_grad(&model->parameters);
    Tensor *loss = gpt2_loss(model, ids, targets, B, T, NULL, 0);
    tensor_backward(loss);
    return loss;
}

static size_t count_op(const Tensor *from, const char *op)
{
    size_t count = 0;
    for (const Tensor *node = from; node != NULL; node = node->previous)
        count += strcmp(node->op, op) == 0;
    return count;
}

/* Two models of the same parameters, one plain and one fused. The tape tells that they are. */
void check_plain_against_fused(const char *name, Config config)
{
    TapeMark mark = tape_mark();
    Gpt2 *plain = gpt2_make(&config, 17), *fused = gpt2_make(&config, 17);
    plain_scramble(&plain->parameters);
    gpt2_set_plain(plain, true);
    for (int i = 0; i < plain->parameters.count; i++) {
        const Tensor *from = plain->parameters.items[i].tensor;
        memcpy(fused->parameters.items[i].tensor->data, from->data, from->size * sizeof(real));
    }
    TapeMark middle = tape_mark();
    Tensor *one = loss_and_gradients(plain);
    size_t fusions = count_op(one, "attention") + count_op(one, "head_cross_entropy");
    real value = tensor_item(one);
    tape_release(middle);
    Tensor *other = loss_and_gradients(fused);
    double worst = apart(0, &value, other->data, 1);
    for (int i = 0; i < plain->parameters.count; i++) {
        const Tensor *a = plain->parameters.items[i].tensor, *b = fused->parameters.items[i].tensor;
        worst = apart(worst, a->grad, b->grad, a->size);
    }
    bool told = fusions == 0 && count_op(other, "attention") == config.n_layer &&
                count_op(other, "head_cross_entropy") == 1;
    gate_check(name, worst <= rounding() && told, "off by %.0e", worst);
    gpt2_free(plain);
    gpt2_free(fused);
    tape_release(mark);
}

/* The same numbers in a tied and in an untied model: the tied table's gradient is the sum of what
 * the untied one writes to its embedding and to its head. */
void check_tie(void)
{
    TapeMark mark = tape_mark();
    Config config = config_small();
    Gpt2 *tied = model_make(config);
    config.tied = false;
    Gpt2 *untied = gpt2_make(&config, 17);
    for (int i = 0; i < untied->parameters.count; i++) {
        bool shared = i < tied->parameters.count; /* all but the last, lm_head.weight */
        const Tensor *from = shared ? tied->parameters.items[i].tensor : tied->head;
        memcpy(untied->parameters.items[i].tensor->data, from->data, from->size * sizeof(real));
    }
    loss_and_gradients(tied);
    loss_and_gradients(untied);
    real sum[V * C];
    for (size_t i = 0; i < V * C; i++)
        sum[i] = untied->tokens.table->grad[i] + untied->head->grad[i];
    double worst = apart(0, sum, tied->tokens.table->grad, V * C);
    double alone = apart(0, untied->head->grad, tied->tokens.table->grad, V * C);
    gate_check("tied table's gradient: embedding's + head's",
               worst <= rounding() && alone > 0.01, "off by %.0e", worst);
    gpt2_free(tied);
    gpt2_free(untied);
    tape_release(mark);
}

/* A model of nothing but its table E = [1, 2], one id, 0: x = E_0 and the logits are x E_v.
 * Upstream [1, -1] makes it E_0^2 - E_0 E_1, so the gradient is [2 E_0 - E_1, -E_0] = [0, -1]: the
 * head writes [1, -1] and the embedding adds [-1, 0]. */
void check_tie_by_hand(void)
{
    TapeMark mark = tape_mark();
    Tensor *table = tensor_from(shape2(2, 1), (real[]){1, 2});
    tensor_want_grad(table);
    Tensor *logits = tensor_tied_head(tensor_embedding(table, (int[]){0}, shape1(1)), table);
    tensor_backward_from(logits, (real[]){1, -1});
    gate_check("tied by hand: [1,-1] + [-1,0]", table->grad[0] == 0 && table->grad[1] == -1,
               "[%g, %g]", (double)table->grad[0], (double)table->grad[1]);
    tape_release(mark);
}

/* Other ids at steps 3 and 4: the logits of steps 0 to 2 must stay, to the last bit. */
void check_looks_not_ahead(void)
{
    TapeMark mark = tape_mark();
    Gpt2 *model = model_make(config_small());
    int changed[T];
    for (size_t t = 0; t < T; t++)
        changed[t] = t < 3 ? ids[t] : (ids[t] + 1) % V;
    Tensor *before = gpt2_forward(model, ids, 1, T, NULL, 0);
    Tensor *after = gpt2_forward(model, changed, 1, T, NULL, 0);
    bool same = memcmp(before->data, after->data, 3 * V * sizeof(real)) == 0;
    bool moved = memcmp(before->data + 3 * V, after->data + 3 * V, V * sizeof(real)) != 0;
    gate_check("causal logits of steps 0 to 2 do not see 3", same && moved, "equal to the bit");
    gpt2_free(model);
    tape_release(mark);
}
