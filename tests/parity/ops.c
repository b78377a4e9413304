/* ops: every operation of lib/ops/ops.h against tests/oracle/ops.py. */
#include "parity.h"

static Tensor *scale(Case *c) { return tensor_scale(c->in[0], (real)-1.7); }
static Tensor *sum(Case *c) { return tensor_sum(c->in[0], 1); }
static Tensor *sum_all(Case *c) { return tensor_sum(c->in[0], ALL_AXES); }
static Tensor *mean(Case *c) { return tensor_mean(c->in[0], 0); }
static Tensor *mean_all(Case *c) { return tensor_mean(c->in[0], ALL_AXES); }
static Tensor *reshape(Case *c) { return tensor_reshape(c->in[0], shape2(5, 6)); }
static Tensor *permute(Case *c) { return tensor_permute(c->in[0], (int[]){2, 0, 3, 1}); }
static Tensor *slice(Case *c) { return tensor_slice(c->in[0], 1, 2, 6); }
static Tensor *concat(Case *c) { return tensor_concat(c->in, 3, 1); }
static Tensor *linear(Case *c) { return tensor_linear(c->in[0], c->in[1], c->in[2]); }
static Tensor *linear_no_bias(Case *c) { return tensor_linear(c->in[0], c->in[1], NULL); }
static Tensor *split_heads(Case *c) { return tensor_split_heads(c->in[0], 2); }
static Tensor *attention(Case *c) { return tensor_attention(c->in[0], 4); }
static Tensor *attention_1(Case *c) { return tensor_attention(c->in[0], 1); }

static Tensor *dropout(Case *c)
{
    return tensor_dropout(c->in[0], case_flags(c, "kept"), (real)0.3);
}

static Tensor *cross_entropy(Case *c)
{
    return tensor_cross_entropy(c->in[0], case_ids(c, "targets"));
}

static Tensor *softmax_cross_entropy(Case *c)
{
    return tensor_softmax_cross_entropy(c->in[0], case_ids(c, "targets"));
}

static Tensor *layer_norm(Case *c)
{
    return tensor_layer_norm(c->in[0], c->in[1], c->in[2], (real)1e-5);
}

static Tensor *rms_norm(Case *c)
{
    return tensor_rms_norm(c->in[0], c->in[1], (real)1e-5);
}

static Tensor *embedding(Case *c)
{
    return tensor_embedding(c->in[0], case_ids(c, "ids"), shape2(2, 3));
}

static Tensor *sinusoid(Case *c)
{
    (void)c;
    Tensor *table = tensor_new(shape2(7, 10));
    sinusoid_fill(table->data, 7, 10);
    return table;
}

static Tensor *mask(Case *c)
{
    return tensor_mask(c->in[0], case_flags(c, "allowed"), 2);
}

static Tensor *causal(Case *c)
{
    return tensor_mask(c->in[0], mask_causal(5, 5), 1);
}

static Tensor *padding(Case *c)
{
    return tensor_mask(c->in[0], mask_padding(2, 5, 7, case_ids(c, "lengths"), false), 2);
}

static Tensor *padding_causal(Case *c)
{
    return tensor_mask(c->in[0], mask_padding(2, 5, 7, case_ids(c, "lengths"), true), 2);
}

static const CaseKind kinds[] = {
    {"add", .two = tensor_add},
    {"add-row", .two = tensor_add},
    {"sub", .two = tensor_sub},
    {"mul", .two = tensor_mul},
    {"div", .two = tensor_div},
    {"scale", .inputs = 1, .forward = scale},
    {"exp", .one = tensor_exp},
    {"log", .one = tensor_log},
    {"tanh", .one = tensor_tanh},
    {"sigmoid", .one = tensor_sigmoid},
    {"relu", .one = tensor_relu},
    {"gelu", .one = tensor_gelu},
    {"gelu_tanh", .one = tensor_gelu_tanh},
    {"silu", .one = tensor_silu},
    {"dropout", .inputs = 1, .forward = dropout},
    {"matmul", .two = tensor_matmul},
    {"matmul-flat", .two = tensor_matmul},
    {"matmul-batched", .two = tensor_matmul},
    {"linear", .inputs = 3, .forward = linear},
    {"linear-no-bias", .inputs = 2, .forward = linear_no_bias},
    {"sum", .inputs = 1, .forward = sum},
    {"sum-all", .inputs = 1, .forward = sum_all},
    {"mean", .inputs = 1, .forward = mean},
    {"mean-all", .inputs = 1, .forward = mean_all},
    {"transpose", .one = tensor_transpose},
    {"reshape", .inputs = 1, .forward = reshape},
    {"permute", .inputs = 1, .forward = permute},
    {"slice", .inputs = 1, .forward = slice},
    {"concat", .inputs = 3, .forward = concat},
    {"softmax", .one = tensor_softmax},
    {"log_softmax", .one = tensor_log_softmax},
    {"cross_entropy", .inputs = 1, .forward = cross_entropy},
    {"softmax_cross_entropy", .inputs = 1, .forward = softmax_cross_entropy},
    {"layer_norm", .inputs = 3, .forward = layer_norm},
    {"rms_norm", .inputs = 2, .forward = rms_norm},
    {"embedding", .inputs = 1, .forward = embedding},
    {"tied_head", .two = tensor_tied_head},
    {"rope", .one = tensor_rope},
    {"sinusoid", .forward = sinusoid},
    {"split_heads", .inputs = 1, .forward = split_heads},
    {"merge_heads", .one = tensor_merge_heads},
    {"scores", .two = tensor_scores},
    {"mask", .inputs = 1, .forward = mask},
    {"mask-causal", .inputs = 1, .forward = causal},
    {"mask-padding", .inputs = 1, .forward = padding},
    {"mask-padding-causal", .inputs = 1, .forward = padding_causal},
    {"mix", .two = tensor_mix},
    {"attention", .inputs = 1, .forward = attention},
    {"attention-1-head", .inputs = 1, .forward = attention_1},
};

void ops_command(const Arguments *a)
{
    printf("operations in %s: result and the gradient of every input\n", REAL_NAME);
    cases_run(a->reference, kinds, sizeof kinds / sizeof *kinds, 1e-13);
}
