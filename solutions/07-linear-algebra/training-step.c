/* Exercise 07-linear-algebra/training-step: one step of a classifier.
 *
 * A worked answer. Mark, forward, zero, backward, move, release: the four things of chapter 04 and
 * around them the tape's two. The loss is read before the release, for afterwards it is dead. */
#include "classifier.h"

#include "ops/ops.h"

static void descend(Tensor *parameter, real rate)
{
    for (size_t i = 0; i < parameter->size; i++)
        parameter->data[i] -= rate * parameter->grad[i];
}

static Tensor *scores_of(const Classifier *net, Tensor *x)
{
    Tensor *hidden = tensor_relu(tensor_linear(x, net->weight[0], net->bias[0])); /* (N,H) */
    return tensor_linear(hidden, net->weight[1], net->bias[1]);                   /* (N,C) */
}

real classifier_step(const Classifier *net, const real *x, size_t rows, const int *target,
                     real rate)
{
    TapeMark mark = tape_mark();
    Tensor *input = tensor_from(shape2(rows, net->weight[0]->shape.dim[0]), x);
    Tensor *loss = tensor_softmax_cross_entropy(scores_of(net, input), target);
    for (int l = 0; l < 2; l++) {
        tensor_zero_grad(net->weight[l]);
        tensor_zero_grad(net->bias[l]);
    }
    tensor_backward(loss);
    for (int l = 0; l < 2; l++) {
        descend(net->weight[l], rate);
        descend(net->bias[l], rate);
    }
    real before = tensor_item(loss);
    tape_release(mark);
    return before;
}
