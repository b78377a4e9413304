/* gradients: forgetting them, for a whole list of parameters at once. Nothing is written: a gradient
 * that is forgotten is overwritten by the next backward that reaches it. A step that leaves this out
 * adds each gradient to all earlier ones, and the loss still goes down for a while: chapter 15 hunts
 * that bug. Chapter 14. */
#include "optim/optim.h"

void gradients_zero(Tensor *const *parameters, int n)
{
    for (int i = 0; i < n; i++)
        tensor_zero_grad(parameters[i]);
}
