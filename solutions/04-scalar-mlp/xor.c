/* xor: a training loop. Chapter 04, "The training loop".
 *
 * A worked answer: forward, zero, backward, move, and again. */
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

/* The rate is the lesson's: large enough to arrive in a few hundred steps, small enough not to
 * overshoot. The steps are more than the lesson's curve needs, for another start may rest longer
 * on the plateau of answering one half. Zeroing comes before the backward; anywhere else it
 * would wipe out what the move needs, or come too late for the next step. The mark is inside the
 * loop: a step's Values are dead when the step is over. */
void xor_train(ValueMlp *mlp)
{
    const real rate = (real)0.2;
    const int steps = 2000;
    for (int step = 0; step < steps; step++) {
        ValueMark mark = value_mark();
        Value *loss = xor_loss(mlp);
        value_zero_grad(mlp->parameters, mlp->parameter_count);
        value_backward(loss);
        for (size_t i = 0; i < mlp->parameter_count; i++)
            mlp->parameters[i].data -= rate * mlp->parameters[i].grad;
        value_release(mark);
    }
}
