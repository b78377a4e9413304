/* index: where an element stands in memory, and which element stands at a place. Chapter 05, "A
 * tensor".
 *
 * A worked answer. */
#include "base/base.h"

/* The place of the element `index` of an array of shape dim[0..rank), and the index of the
 * element at a place. */
size_t index_place(const size_t *dim, int rank, const size_t *index);
void index_of_place(const size_t *dim, int rank, size_t place, size_t *index);

/* As a number is read from its digits: what has been read so far counts once more for every
 * value that the next digit can have, so it is multiplied by that axis' length before the index
 * is added. With no axes the loop does nothing, and the scalar stands at place 0. */
size_t index_place(const size_t *dim, int rank, const size_t *index)
{
    size_t place = 0;
    for (int axis = 0; axis < rank; axis++)
        place = place * dim[axis] + index[axis];
    return place;
}

/* The digits back again, the last one first: it is the remainder, and the division takes it off. */
void index_of_place(const size_t *dim, int rank, size_t place, size_t *index)
{
    for (int axis = rank - 1; axis >= 0; axis--) {
        index[axis] = place % dim[axis];
        place = place / dim[axis];
    }
}
