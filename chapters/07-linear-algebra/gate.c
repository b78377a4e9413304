/* The gate of chapter 07: matrix products, linear layers, sums and means, and the operations that
 * only move elements; at its end a three-layer network made of them.
 *
 * Forwards are held to plain loops written here from the definitions, over whole index tuples, so
 * that nothing of the library's arithmetic of strides is repeated; gradients to five-point
 * differences. Sizes are prime or pairwise different: a wrong transpose does not fit.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

void index_split(Shape shape, size_t at, size_t index[RANK_MAX])
{
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        index[axis] = at % shape.dim[axis];
        at /= shape.dim[axis];
    }
}

size_t index_join(Shape shape, const size_t index[RANK_MAX])
{
    size_t at = 0;
    for (int axis = 0; axis < shape.rank; axis++)
        at = at * shape.dim[axis] + index[axis];
    return at;
}

int from_front(int axis, int rank)
{
    return axis < 0 ? axis + rank : axis;
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "07-linear-algebra");
    check_matmuls();
    check_shared_weight();
    check_linears();
    check_reductions(false);
    check_reductions(true);
    check_centre();
    check_moves();
    check_reshape();
    check_slices();
    check_concats();
    check_mlp();
    check_products_by_hand();
    check_moves_by_hand();
    tape_free();
    return gate_end();
}
