/* index: where an element stands in memory, and which element stands at a place. Chapter 05, "A
 * tensor".
 *
 * What to write: both functions, for any rank from 0 on. */
#include "base/base.h"

/* The place of the element `index` of an array of shape dim[0..rank), and the index of the
 * element at a place. */
size_t index_place(const size_t *dim, int rank, const size_t *index);
void index_of_place(const size_t *dim, int rank, size_t place, size_t *index);

size_t index_place(const size_t *dim, int rank, const size_t *index)
{
    (void)dim, (void)rank, (void)index;
    /* your code here */
    return 0;
}

void index_of_place(const size_t *dim, int rank, size_t place, size_t *index)
{
    (void)dim, (void)rank, (void)place, (void)index;
    /* your code here */
}
