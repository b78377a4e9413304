/* The rows of scores, queries by keys, and of mix, probabilities by values. */
#include "gate.h"

/* Where the two operands stand among the inputs; who comes after the poked ones is frozen. */
typedef struct {
    int first, second;
} Pair;

static Tensor *scores_forward(Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    return tensor_scores(in[pair->first], in[pair->second]);
}

static void scores_reference(real *out, Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    const Tensor *q = in[pair->first], *k = in[pair->second];
    size_t queries = tensor_dim(q, -2), keys = tensor_dim(k, -2), depth = tensor_dim(q, -1);
    for (size_t row = 0; row < q->size / depth; row++)
        for (size_t s = 0; s < keys; s++) {
            real sum = 0;
            for (size_t d = 0; d < depth; d++)
                sum += q->data[row * depth + d] * k->data[(row / queries * keys + s) * depth + d];
            *out++ = sum / sqrt((real)depth);
        }
}

static Tensor *mix_forward(Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    return tensor_mix(in[pair->first], in[pair->second]);
}

static void mix_reference(real *out, Tensor *const *in, const void *context)
{
    const Pair *pair = context;
    const Tensor *p = in[pair->first], *v = in[pair->second];
    size_t queries = tensor_dim(p, -2), keys = tensor_dim(p, -1), depth = tensor_dim(v, -1);
    for (size_t row = 0; row < p->size / keys; row++)
        for (size_t d = 0; d < depth; d++) {
            real sum = 0;
            for (size_t s = 0; s < keys; s++)
                sum += p->data[row * keys + s] * v->data[(row / queries * keys + s) * depth + d];
            *out++ = sum;
        }
}

static void check_pair(const char *op, const char *circumstances, Pair pair, Tensor *first,
                       Tensor *second, int poked)
{
    char row[80];
    bool is_mix = op[0] == 'm';
    TensorCheck check = {.name = row, .context = &pair, .n = poked};
    snprintf(row, sizeof row, "%s %s %s%s", op, shape_text(first->shape), shape_text(second->shape),
             circumstances);
    check.forward = is_mix ? mix_forward : scores_forward;
    check.reference = is_mix ? mix_reference : scores_reference;
    check.shape =
        shape_with(first->shape, first->shape.rank - 1, tensor_dim(second, is_mix ? -1 : -2));
    check.in[pair.first] = first;
    check.in[pair.second] = second;
    tensor_check(&check);
}

void check_pairs(void)
{
    const Pair both = {0, 1}, turned = {1, 0}, same = {0, 0};
    TapeMark mark = tape_mark();
    Tensor *q = check_normal(shape2(3, 5), 1), *k = check_normal(shape2(7, 5), 1);
    check_pair("scores", "", both, q, k, 2);
    q = check_normal(shape4(2, 3, 5, 4), 1), k = check_normal(shape4(2, 3, 7, 4), 1);
    check_pair("scores", "", both, q, k, 2);
    q = check_normal(shape3(2, 3, 5), 1), k = check_normal(shape3(2, 7, 5), 1);
    check_pair("scores", " only q", both, q, k, 1);
    q = check_normal(shape3(2, 3, 5), 1), k = check_normal(shape3(2, 7, 5), 1);
    check_pair("scores", " only k", turned, q, k, 1);
    q = check_normal(shape3(2, 3, 5), 1);
    check_pair("scores", " q as k", same, q, q, 1);

    Tensor *p = check_uniform(shape2(3, 5), 0, 1), *v = check_normal(shape2(5, 7), 1);
    check_pair("mix", "", both, p, v, 2);
    p = check_uniform(shape4(2, 3, 5, 7), 0, 1), v = check_normal(shape4(2, 3, 7, 4), 1);
    check_pair("mix", "", both, p, v, 2);
    p = check_uniform(shape3(2, 3, 5), 0, 1), v = check_normal(shape3(2, 5, 7), 1);
    check_pair("mix", " only p", both, p, v, 1);
    p = check_uniform(shape3(2, 3, 5), 0, 1), v = check_normal(shape3(2, 5, 7), 1);
    check_pair("mix", " only v", turned, p, v, 1);
    p = check_uniform(shape3(2, 5, 5), 0, 1);
    check_pair("mix", " p as v", same, p, p, 1);
    tape_release(mark);
}
