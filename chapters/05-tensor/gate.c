/* The gate of chapter 05: the tape, the walk back along it, and broadcasting with the sum that
 * undoes it, shown on the four operations this chapter has: add, mul, scale and sum.
 *
 * Each operation's forward is held to plain loops over indices written here, its gradient to
 * five-point differences. The rows after them are about the engine and need no differences: small
 * graphs whose gradients are whole numbers, what is walked and what is not, what lives and what
 * dies, and the same network in the scalar engine of chapter 04.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

void check_values(const char *row, const real *found, const double *known, size_t count,
                  double tolerance)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, gate_error((double)found[i], known[i]));
    gate_check(row, worst <= tolerance, "%8zu  off by %.0e", count, worst);
}

Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "05-tensor");
    check_stretching(false);
    check_twice(false);
    check_stretching(true);
    check_twice(true);
    check_scale();
    check_sums();
    check_unbroadcast();
    check_meeting();
    check_walk();
    check_constants();
    check_retained();
    check_reuse();
    check_reuse_of_scalars();
    check_given_back();
    check_sizes();
    check_kept_buffers();
    check_walk_within();
    check_released_gradients();
    check_network();
    tape_free();
    return gate_end();
}
