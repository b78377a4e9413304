/* xor: a training loop. Chapter 04, "The training loop".
 *
 * What to write: xor_train. The network's parameters are mlp->parameters[0] to
 * [mlp->parameter_count - 1]; each has .data and .grad. xor_loss() is given. */
#include "value/value.h"

void xor_train(ValueMlp *mlp);

/* The mean over the four corners of (answer - wanted)^2. */
static Value *xor_loss(const ValueMlp *mlp)
{
    static const real corners[4][3] = {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}};
    Value *squares[4];
    for (int k = 0; k < 4; k++) {
        Value *x[2] = {value_leaf(corners[k][0]), value_leaf(corners[k][1])};
        Value *answer = value_mlp_forward(mlp, x)[0];
        squares[k] = value_pow(value_sub(answer, value_leaf(corners[k][2])), 2);
    }
    return value_div(value_sum(squares, 4), value_leaf(4));
}

void xor_train(ValueMlp *mlp)
{
    ValueMark mark = value_mark();
    Value *loss = xor_loss(mlp);
    (void)loss;
    /* your code here */
    value_release(mark);
}
