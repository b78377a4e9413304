/* work_attention: causal attention alone, as GPT-2 124M has it (12 heads of 64), forward and
 * backward over one sequence: the fused op, or the ops it is made of one after another. */
#include "ops/ops.h"
#include "work.h"

enum { HEADS = 12, WIDTH = 768 };

static Tensor *packed; /* (1,T,3C) */
static real *gradient; /* (1,T,C) */
static size_t length;
static bool fused;

double attention_prepare(const size_t *numbers)
{
    Random random = random_make(1, 4);
    length = numbers[0];
    fused = numbers[1] != 0;
    packed = tensor_parameter(shape3(1, length, 3 * WIDTH));
    gradient = memory_alloc(length * WIDTH * sizeof *gradient);
    for (size_t i = 0; i < packed->size; i++)
        packed->data[i] = (real)(random_uniform(&random) - 0.5);
    for (size_t i = 0; i < length * WIDTH; i++)
        gradient[i] = packed->data[i];
    return 1;
}

static Tensor *third(size_t which)
{
    return tensor_split_heads(tensor_slice(packed, -1, which * WIDTH, (which + 1) * WIDTH), HEADS);
}

static Tensor *composed(void)
{
    Tensor *scores = tensor_scores(third(0), third(1));
    scores = tensor_mask(scores, mask_causal(length, length), 1);
    return tensor_merge_heads(tensor_mix(tensor_softmax(scores), third(2)));
}

void attention_run(void)
{
    TapeMark mark = tape_mark();
    tensor_zero_grad(packed);
    tensor_backward_from(fused ? tensor_attention(packed, HEADS) : composed(), gradient);
    tape_release(mark);
}
