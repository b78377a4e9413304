/* The check of 05-tensor/index: the lesson's element, then any of any shape, there and back.
 * x is the lengths of four axes, then an index; a rank below 4 uses the first ones. */
#include "../learn/check.h"

#include <stdlib.h>

size_t index_place(const size_t *dim, int rank, const size_t *index);
void index_of_place(const size_t *dim, int rank, size_t place, size_t *index);

/* Element by element, as one would count them: how many come before. */
static size_t counted(const double *x, int rank)
{
    size_t place = 0;
    for (int axis = 0; axis < rank; axis++) {
        size_t within = 1;
        for (int later = axis + 1; later < rank; later++)
            within *= (size_t)x[later];
        place += (size_t)x[rank + axis] * within;
    }
    return place;
}

/* `rank` whole numbers, exactly as many, so that a sanitizer sees who reads one more. */
static size_t *lengths_of(const double *x, int rank)
{
    size_t *lengths = memory_alloc((size_t)rank * sizeof *lengths);
    for (int axis = 0; axis < rank; axis++)
        lengths[axis] = (size_t)x[axis];
    return lengths;
}

static void place_run(Trial *trial, int rank)
{
    size_t *dim = lengths_of(trial->x, rank), *index = lengths_of(trial->x + rank, rank);
    trial->y[0] = (double)index_place(dim, rank, index);
    free(dim);
    free(index);
}

/* y is the index of the place of x's index: x's index. */
static void back_run(Trial *trial, int rank)
{
    size_t *dim = lengths_of(trial->x, rank), *index = memory_alloc((size_t)rank * sizeof *index);
    for (int axis = 0; axis < rank; axis++)
        index[axis] = 999;
    index_of_place(dim, rank, counted(trial->x, rank), index);
    for (int axis = 0; axis < rank; axis++)
        trial->y[axis] = (double)index[axis];
    free(dim);
    free(index);
}

/* Rank 0: one element, at place 0, and no index to read or write. Asked twice: with arrays of no
 * elements, for a sanitizer to see, and with a number there that has to stay out of it. */
enum { BYSTANDER = 999 };

static void scalar_run(Trial *trial)
{
    const size_t beside[1] = {BYSTANDER};
    place_run(trial, 0);
    trial->y[0] = (double)index_place(beside, 0, beside);
}

static void scalar_back_run(Trial *trial)
{
    size_t beside[1] = {BYSTANDER};
    back_run(trial, 0);
    index_of_place(beside, 0, 0, beside);
    trial->y[0] = (double)beside[0];
}

static void scalar_plain(const double *x, double *y) { (void)x, y[0] = 0; }
static void scalar_back_plain(const double *x, double *y) { (void)x, y[0] = BYSTANDER; }

/* Different lengths from 2 to 8, and an index that fits. */
static void draw(Random *random, double *x, int rank)
{
    size_t lengths[7] = {2, 3, 4, 5, 6, 7, 8};
    for (int axis = 0; axis < rank; axis++) {
        size_t which = (size_t)axis + random_below(random, 7 - (size_t)axis);
        size_t kept = lengths[axis];
        lengths[axis] = lengths[which];
        lengths[which] = kept;
        x[axis] = (double)lengths[axis];
        /* Never the first of an axis: an index of 0 hides many slips. */
        x[rank + axis] = 1 + (double)random_below(random, lengths[axis] - 1);
    }
}

static void draw_worked(Random *random, double *x)
{
    (void)random;
    static const double worked[6] = {2, 3, 5, 1, 2, 3};
    for (int i = 0; i < 6; i++)
        x[i] = worked[i];
}
static void draw_two(Random *random, double *x) { draw(random, x, 2); }
static void draw_four(Random *random, double *x) { draw(random, x, 4); }

static void two_run(Trial *trial) { place_run(trial, 2); }
static void two_plain(const double *x, double *y) { y[0] = (double)counted(x, 2); }
static void three_run(Trial *trial) { place_run(trial, 3); }
static void three_plain(const double *x, double *y) { y[0] = (double)counted(x, 3); }
static void four_run(Trial *trial) { place_run(trial, 4); }
static void four_plain(const double *x, double *y) { y[0] = (double)counted(x, 4); }
static void back_three_run(Trial *trial) { back_run(trial, 3); }
static void back_four_run(Trial *trial) { back_run(trial, 4); }
static void back_three_plain(const double *x, double *y)
{
    for (int axis = 0; axis < 3; axis++)
        y[axis] = x[3 + axis];
}
static void back_four_plain(const double *x, double *y)
{
    for (int axis = 0; axis < 4; axis++)
        y[axis] = x[4 + axis];
}

const Case check_cases[] = {
    {.name = "(1,2,3) in (2,3,5)",
     .x = "dim[3] index[3]",
     .y = "place",
     .run = three_run,
     .plain = three_plain,
     .draw = draw_worked,
     .forward_only = true},
    {.name = "any element of a matrix",
     .x = "dim[2] index[2]",
     .y = "place",
     .run = two_run,
     .plain = two_plain,
     .draw = draw_two,
     .forward_only = true},
    {.name = "a scalar's element: rank 0",
     .x = "unused",
     .y = "place",
     .run = scalar_run,
     .plain = scalar_plain,
     .forward_only = true},
    {.name = "any element of four axes",
     .x = "dim[4] index[4]",
     .y = "place",
     .run = four_run,
     .plain = four_plain,
     .draw = draw_four,
     .forward_only = true},
    {.name = "place 28 of (2,3,5)",
     .x = "dim[3] index[3]",
     .y = "index[3]",
     .run = back_three_run,
     .plain = back_three_plain,
     .draw = draw_worked,
     .forward_only = true},
    {.name = "any place of four axes",
     .x = "dim[4] index[4]",
     .y = "index[4]",
     .run = back_four_run,
     .plain = back_four_plain,
     .draw = draw_four,
     .forward_only = true},
    {.name = "place 0 of a scalar: rank 0, nothing to fill",
     .x = "unused",
     .y = "beside",
     .run = scalar_back_run,
     .plain = scalar_back_plain,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
