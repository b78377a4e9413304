/* The rows that the lesson works by hand, with its numbers. */
#include "gate.h"

#include <string.h>

void check_scores_sanity(void)
{
    const real identity[4] = {1, 0, 0, 1}, keys[4] = {1, 2, 3, 4};
    const real h = (real)0.70710678118654752440; /* 1/sqrt(2) */
    const real s[4] = {h, 3 * h, 2 * h, 4 * h}, dq[4] = {h, 2 * h, 3 * h, 4 * h};
    const real dk[4] = {h, 0, 0, h};
    TapeMark mark = tape_mark();
    Tensor *q = tensor_from(shape2(2, 2), identity), *k = tensor_from(shape2(2, 2), keys);
    tensor_want_grad(q);
    tensor_want_grad(k);
    Tensor *out = tensor_scores(q, k);
    tensor_backward_from(out, identity);
    gate_check("scores sanity Q = I, dS = I",
               farthest(out->data, s, 4) <= CLOSE && farthest(q->grad, dq, 4) <= CLOSE &&
                   farthest(k->grad, dk, 4) <= CLOSE,
               "dQ = K/sqrt(2), dK = I/sqrt(2)");
    tape_release(mark);
}

void check_mix_sanity(void)
{
    const real p[4] = {1, 0, (real)0.4, (real)0.6}, v[4] = {2, 1, 0, 3}, dout[4] = {1, 2, 3, 4};
    const real mixed[4] = {2, 1, (real)0.8, (real)2.2}, dp[4] = {4, 6, 10, 12};
    const real dv[4] = {(real)2.2, (real)3.6, (real)1.8, (real)2.4};
    TapeMark mark = tape_mark();
    Tensor *weights = tensor_from(shape2(2, 2), p), *values = tensor_from(shape2(2, 2), v);
    tensor_want_grad(weights);
    tensor_want_grad(values);
    Tensor *out = tensor_mix(weights, values);
    tensor_backward_from(out, dout);
    gate_check("mix sanity P = [[1,0],[.4,.6]]",
               farthest(out->data, mixed, 4) <= CLOSE && farthest(weights->grad, dp, 4) <= CLOSE &&
                   farthest(values->grad, dv, 4) <= CLOSE,
               "O, dP, dV as by hand");
    tape_release(mark);
}

/* dS of that case, by a mask and a softmax whose rows are P: its second row alone moves. */
void check_softmax_sanity(void)
{
    const real logits[4] = {0, 7, (real)-0.40546510810816438198, 0}; /* ln(2/3) */
    const real dp[4] = {4, 6, 10, 12}, ds[4] = {0, 0, (real)-0.48, (real)0.48};
    const real p[4] = {1, 0, (real)0.4, (real)0.6};
    TapeMark mark = tape_mark();
    Tensor *x = tensor_from(shape2(2, 2), logits);
    tensor_want_grad(x);
    Tensor *out = tensor_softmax(tensor_mask(x, mask_causal(2, 2), 1));
    tensor_backward_from(out, dp);
    gate_check("mask sanity then softmax",
               farthest(out->data, p, 4) <= CLOSE && farthest(x->grad, ds, 4) <= CLOSE,
               "dS = [[0,0],[-.48,.48]]");
    tape_release(mark);
}

void check_packed_sanity(void)
{
    const real x[2] = {1, 2}, w[12] = {1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1};
    const real packed[6] = {1, 2, 2, 1, 1, 2}, dqkv[6] = {1, 0, 0, 1, 1, 1}, dx[2] = {3, 1};
    TapeMark mark = tape_mark();
    Tensor *in = tensor_from(shape2(1, 2), x);
    tensor_want_grad(in);
    Tensor *qkv = tensor_linear(in, tensor_from(shape2(2, 6), w), NULL);
    tensor_backward_from(qkv, dqkv);
    gate_check("packed sanity x = [1,2]",
               farthest(qkv->data, packed, 6) <= CLOSE && farthest(in->grad, dx, 2) <= CLOSE,
               "qkv = [1,2,2,1,1,2], dx = [3,1]");
    /* One key: its probability is 1, so the value comes out, and its gradient comes back to it. */
    const real value[2] = {1, 2}, back[6] = {0, 0, 0, 0, 3, 5}, upstream[2] = {3, 5};
    Tensor *leaf = tensor_from(shape3(1, 1, 6), packed);
    tensor_want_grad(leaf);
    Tensor *out = tensor_attention(leaf, 1);
    tensor_backward_from(out, upstream);
    gate_check("attention sanity one key",
               farthest(out->data, value, 2) <= CLOSE && farthest(leaf->grad, back, 6) <= CLOSE,
               "the value itself; dq = dk = 0");
    tape_release(mark);
}

/* Three positions of width 1 in blocks of two keys. The last query is 1, so its scores are the
 * keys: 0 and ln 3 in the first block, ln 4 in the second. Values are 8, 4 and 1. */
void check_tiled_sanity(void)
{
    const real ln_3 = (real)1.0986122886681098, ln_4 = (real)1.3862943611198906;
    const real packed[9] = {0, 0, 8, 0, ln_3, 4, 1, ln_4, 1}, upstream[3] = {0, 0, 2};
    const real dq = (real)0.75 * ln_3 - 2 * ln_4;
    const real back[9] = {0, (real)1.25, (real)0.25, 0, (real)0.75, (real)0.75, dq, -2, 1};
    const real mixture[3] = {8, 6, 3};
    TapeMark mark = tape_mark();
    Tensor *leaf = tensor_from(shape3(1, 3, 3), packed);
    tensor_want_grad(leaf);
    Tensor *out = tensor_attention_tiled(leaf, 1, (Tiles){2, 2});
    tensor_backward_from(out, upstream);
    gate_check("attention sanity two blocks",
               farthest(out->data, mixture, 3) <= CLOSE && farthest(leaf->grad, back, 9) <= CLOSE,
               "(5 + 1) / 2 = 3; dS = [1.25, 0.75, -2]");
    real last;
    LogSum sum;
    attention_rows(&(AttentionRows){.q = packed + 6, .k = packed + 1, .v = packed + 2, .q_row = 3,
                                    .kv_row = 3, .out_row = 1, .queries = 1, .past = 2, .depth = 1,
                                    .tiles = {2, 2}, .out = &last, .log_sums = &sum});
    const double ln_8 = 2.0794415416798357;
    gate_check("attention sanity the last row alone",
               memcmp(&last, out->data + 2, sizeof last) == 0 && sum.max == ln_4 &&
                   fabs((double)sum.max + (double)sum.rest - ln_8) <= CLOSE,
               "the same bits; log-sum ln 8");
    tape_release(mark);
}
