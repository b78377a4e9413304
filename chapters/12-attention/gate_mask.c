/* The rows of masks: causal, padding, rows in which every key is masked; and softmax after one. */
#include "gate.h"

#include <string.h>

typedef struct {
    const bool *allowed;
    size_t masks;
    bool then_softmax;
} Mask;

/* The mask is the caller's, who may write over it before backward. */
static Tensor *mask_forward(Tensor *const *in, const void *context)
{
    static bool lent[128];
    const Mask *mask = context;
    size_t size = mask->masks * tensor_dim(in[0], -2) * tensor_dim(in[0], -1);
    memcpy(lent, mask->allowed, size * sizeof *lent);
    Tensor *out = tensor_mask(in[0], lent, mask->masks);
    memset(lent, 0, sizeof lent);
    return mask->then_softmax ? tensor_softmax(out) : out;
}

static void mask_reference(real *out, Tensor *const *in, const void *context)
{
    const Mask *mask = context;
    size_t keys = tensor_dim(in[0], -1), matrix = tensor_dim(in[0], -2) * keys;
    for (size_t i = 0; i < in[0]->size; i++) {
        size_t first_axis = i / (in[0]->size / tensor_dim(in[0], 0));
        size_t which = mask->masks == 1 ? 0 : first_axis;
        out[i] = mask->allowed[which * matrix + i % matrix] ? in[0]->data[i] : -(real)INFINITY;
    }
    for (size_t row = 0; row < in[0]->size && mask->then_softmax; row += keys) {
        real sum = 0;
        for (size_t s = 0; s < keys; s++)
            sum += exp(out[row + s]);
        for (size_t s = 0; s < keys; s++)
            out[row + s] = sum == 0 ? 0 : exp(out[row + s]) / sum;
    }
}

static void check_mask(const char *row, Shape shape, const Mask *mask)
{
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row,
                                .forward = mask_forward,
                                .reference = mask_reference,
                                .context = mask,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape});
    tape_release(mark);
}

/* in[1]'s gradient stands right behind in[0]'s, where a mask that runs one too far writes. */
static Tensor *mask_beside_forward(Tensor *const *in, const void *context)
{
    return tensor_add(mask_forward(in, context), in[1]);
}

static void mask_beside_reference(real *out, Tensor *const *in, const void *context)
{
    mask_reference(out, in, context);
    for (size_t i = 0; i < in[1]->size; i++)
        out[i] += in[1]->data[i];
}

static void check_mask_beside(void)
{
    const bool allowed[8] = {1, 0, 1, 1, 0, 1, 1, 0};
    const Mask mask = {allowed, 1, true};
    Shape shape = shape2(2, 4);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "mask (2,4) side by side with another",
                                .n = 2,
                                .in = {check_normal(shape, 1), check_normal(shape, 1)},
                                .forward = mask_beside_forward,
                                .reference = mask_beside_reference,
                                .context = &mask,
                                .shape = shape});
    tape_release(mark);
}

/* Masks as they are written in the lesson: 1 where the key is allowed. */
static bool same_mask(const bool *allowed, const char *expected)
{
    bool same = true;
    for (; *expected != '\0'; expected++)
        if (*expected != ' ')
            same = same && *allowed++ == (*expected == '1');
    return same;
}

void check_masks(void)
{
    const int lengths[3] = {2, 0, 4}, two[2] = {3, 7};
    const bool holes[35] = {1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0,
                            1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1};
    TapeMark mark = tape_mark();
    check_mask("mask (2,3,5,5) causal", shape4(2, 3, 5, 5), &(Mask){mask_causal(5, 5), 1, false});
    check_mask("mask (5,7) a row fully masked", shape2(5, 7), &(Mask){holes, 1, false});
    check_mask("mask (3,5,4) padding, a sequence empty", shape3(3, 5, 4),
               &(Mask){mask_padding(3, 5, 4, lengths, false), 3, false});
    check_mask("mask (2,3,5,7) padding and causal", shape4(2, 3, 5, 7),
               &(Mask){mask_padding(2, 5, 7, two, true), 2, false});
    check_mask_beside();
    check_mask("mask (5,7) then softmax", shape2(5, 7), &(Mask){holes, 1, true});
    check_mask("mask (3,2,5,4) padding, then softmax", shape4(3, 2, 5, 4),
               &(Mask){mask_padding(3, 5, 4, lengths, false), 3, true});
    gate_check("mask mask_causal",
               same_mask(mask_causal(3, 5), "10000 11000 11100") &&
                   same_mask(mask_causal(4, 2), "10 11 11 11"),
               "10000 11000 11100; 10 11 11 11");
    gate_check(
        "mask mask_padding",
        same_mask(mask_padding(3, 2, 4, lengths, false), "1100 1100 0000 0000 1111 1111") &&
            same_mask(mask_padding(3, 3, 4, lengths, true),
                      "1000 1100 1100 0000 0000 0000 1000 1100 1110") &&
            same_mask(mask_padding(2, 4, 3, lengths, true), "100 110 110 110 000 000 000 000"),
        "lengths 2, 0, 4, alone and causal");
    tape_release(mark);
}
