/* The rows of attention: fused and plain, masked, over a memory; and that the two ways agree. */
#include "gate.h"

#include <string.h>

static Tensor *run_attention(Tensor *const *in, const void *context)
{
    return attention_forward(&((const Parts *)context)->attention, in[0]);
}

static Tensor *run_attention_over_itself(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    return attention_over(&parts->attention, in[0], in[0], sight_mask(&parts->sight),
                          sight_masks(&parts->sight));
}

static Tensor *run_attention_over_memory(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    return attention_over(&parts->attention, in[0], in[1], sight_mask(&parts->sight),
                          sight_masks(&parts->sight));
}

static void plain_run_attention(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    plain_attention(out, in[0]->data, in[0]->data, &parts->sight, &parts->attention);
}

static void plain_run_attention_over_memory(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    plain_attention(out, in[0]->data, in[1]->data, &parts->sight, &parts->attention);
}

/* Causal self-attention over (4,5,6): C = 6 with H = 1, 2 or 3. */
static void check_attention(const char *name, size_t heads, bool plain, bool bias)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 5, .causal = true}};
    parts.attention = attention_make(&parts.parameters, "attn", 6, heads, bias, initial());
    parts.attention.plain = plain;
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_attention, plain_run_attention);
    tape_release(mark);
}

static void check_attention_masked(const char *name, bool causal, const int *lengths)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 5, .causal = causal,
                             .lengths = lengths}};
    parts.attention = attention_make(&parts.parameters, "attn", 6, 2, true, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_attention_over_itself, plain_run_attention);
    tape_release(mark);
}

/* T = 5 queries over S = 7 keys; B, C, H and D are 4, 6, 3 and 2. */
static void check_attention_over(const char *name, bool causal, const int *lengths)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 7, .causal = causal,
                             .lengths = lengths}};
    parts.attention = attention_make(&parts.parameters, "attn", 6, 3, true, initial());
    Tensor *data[2] = {check_normal(shape3(4, 5, 6), 1), check_normal(shape3(4, 7, 6), 1)};
    check_parts(name, &parts, 2, data, shape3(4, 5, 6), run_attention_over_memory,
                plain_run_attention_over_memory);
    tape_release(mark);
}

void check_all_attention(void)
{
    check_attention("attention fused, 1 head", 1, false, true);
    check_attention("attention fused, 3 heads", 3, false, true);
    check_attention("attention fused, 2 heads, no biases", 2, false, false);
    check_attention("attention plain, 1 head", 1, true, true);
    check_attention("attention plain, 3 heads", 3, true, true);
    check_attention_masked("attention unmasked", false, NULL);
    check_attention_masked("attention padded, one sequence empty", false, (int[]){3, 5, 0, 1});
    check_attention_masked("attention padded and causal", true, (int[]){4, 2, 5, 3});
    check_attention_over("attention cross, T != S", false, NULL);
    check_attention_over("attention cross, padded memory", false, (int[]){3, 6, 1, 7});
    check_attention_over("attention cross, causal", true, NULL);
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

/* One pass of attention_forward; the result, and a copy of the gradient of x and of each
 * parameter. */
static void attention_pass(Parts *parts, bool plain, Tensor *x, real **kept)
{
    parts->attention.plain = plain;
    parameters_zero_grad(&parts->parameters);
    tensor_zero_grad(x);
    Tensor *out = attention_forward(&parts->attention, x);
    backward_randomly(out, 13);
    *kept++ = out->data;
    *kept++ = tensor_from(x->shape, x->grad)->data;
    for (int i = 0; i < parts->parameters.count; i++) {
        Tensor *p = parts->parameters.items[i].tensor;
        *kept++ = tensor_from(p->shape, p->grad)->data;
    }
}

/* The two agree to the bit, so values cannot tell which of them ran; the tape can. */
static bool attends_by(const Parts *parts, bool plain, Tensor *x, const char *op)
{
    Attention attention = parts->attention;
    attention.plain = plain;
    const Tensor *projected = attention_forward(&attention, x);
    return strcmp(projected->parents[0]->op, op) == 0;
}

void check_fused_against_plain(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.attention = attention_make(&parts.parameters, "attn", 12, 3, true, initial());
    plain_scramble(&parts.parameters);
    Tensor *x = check_normal(shape3(2, 5, 12), 1);
    tensor_want_grad(x);
    real *plain[6], *fused[6];
    attention_pass(&parts, true, x, plain);
    attention_pass(&parts, false, x, fused);
    double worst = apart(apart(0, plain[0], fused[0], x->size), plain[1], fused[1], x->size);
    for (int i = 0; i < 4; i++)
        worst = apart(worst, plain[2 + i], fused[2 + i], parts.parameters.items[i].tensor->size);
    bool told = attends_by(&parts, false, x, "attention") &&
                attends_by(&parts, true, x, "merge_heads");
    gate_check("attention fused = plain, and every gradient", worst <= rounding(), "off by %.0e",
               worst);
    gate_check("attention fused is one op, plain is several", told, "as the tape says");
    parameters_free(&parts.parameters);
    tape_release(mark);
}
