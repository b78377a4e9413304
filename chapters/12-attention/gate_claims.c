/* The rows of the lesson's claims: of order, of the keys' bias, and of the future. */
#include "gate.h"

#include <string.h>

enum { STEPS = 5, WIDTH = 6 };

/* x (T,C) with its rows in another order; an embedding is a choice of rows. */
static Tensor *reordered(Tensor *x, const int *order)
{
    Tensor *rows = tensor_reshape(x, shape2(STEPS, WIDTH));
    return tensor_reshape(tensor_embedding(rows, order, shape1(STEPS)), shape3(1, STEPS, WIDTH));
}

/* How far attention of reordered rows is from reordered attention; positions may be added. */
static double order_matters(Tensor *x, Tensor *const *w, const bool *allowed, Tensor *positions)
{
    const int order[STEPS] = {3, 0, 4, 2, 1};
    const MultiHead a = {2, allowed, 1, true};
    Tensor *in[1 + WEIGHTS] = {positions == NULL ? x : tensor_add(x, positions)};
    memcpy(in + 1, w, WEIGHTS * sizeof *in);
    Tensor *expected = reordered(multihead_forward(in, &a), order);
    in[0] = reordered(x, order);
    if (positions != NULL)
        in[0] = tensor_add(in[0], positions);
    return farthest(multihead_forward(in, &a)->data, expected->data, expected->size);
}

void check_order(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape3(1, STEPS, WIDTH), 1), *w[WEIGHTS];
    Tensor *positions = tensor_new(shape2(STEPS, WIDTH));
    fill_weights(w, WIDTH);
    sinusoid_fill(positions->data, STEPS, WIDTH);
    gate_check("multihead no order", order_matters(x, w, NULL, NULL) <= CLOSE,
               "reordered in, reordered out");
    gate_check("multihead positions", order_matters(x, w, NULL, positions) > 0.01, "break that");
    gate_check("multihead causal mask", order_matters(x, w, mask_causal(STEPS, STEPS), NULL) > 0.01,
               "breaks that, too");
    tape_release(mark);
}

void check_key_bias(void)
{
    const MultiHead a = {2, NULL, 0, true};
    TapeMark mark = tape_mark();
    Tensor *in[1 + WEIGHTS] = {check_normal(shape3(1, STEPS, WIDTH), 1)};
    Tensor *upstream = check_normal(shape3(1, STEPS, WIDTH), 1);
    fill_weights(in + 1, WIDTH);
    tensor_want_grad(in[1 + BK]);
    tensor_backward_from(multihead_forward(in, &a), upstream->data);
    double largest = 0;
    for (size_t i = 0; i < WIDTH; i++)
        largest = fmax(largest, fabs((double)in[1 + BK]->grad[i]));
    gate_check("multihead the keys' bias", largest <= CLOSE, "gets a gradient of 0");
    tape_release(mark);
}

/* Changing the last position changes no bit of an earlier result; no gradient flows back to it. */
void check_future(void)
{
    const size_t row = 3 * WIDTH, earlier = (STEPS - 1) * WIDTH;
    TapeMark mark = tape_mark();
    Tensor *qkv = check_normal(shape3(1, STEPS, 3 * WIDTH), 1);
    Tensor *upstream = check_normal(shape3(1, STEPS, WIDTH), 1);
    memset(upstream->data + earlier, 0, WIDTH * sizeof(real));
    tensor_want_grad(qkv);
    Tensor *before = tensor_attention(qkv, 2);
    tensor_backward_from(before, upstream->data);
    bool silent = true;
    for (size_t i = (STEPS - 1) * row; i < STEPS * row; i++) {
        silent = silent && qkv->grad[i] == 0;
        qkv->data[i] += 1;
    }
    Tensor *after = tensor_attention(qkv, 2);
    gate_check("attention hides the future",
               silent && memcmp(before->data, after->data, earlier * sizeof(real)) == 0 &&
                   farthest(before->data + earlier, after->data + earlier, WIDTH) > 0.01,
               "no bit of the past changes");
    tape_release(mark);
}
