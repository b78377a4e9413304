/* The check of 00-prologue/at: places in matrices of two shapes, and the sums of all columns. */
#include "at.h"

#include "../learn/check.h"

/* ---- places: x holds i and j ---- */

static void draw_worked(Random *random, double *x)
{
    (void)random;
    x[0] = 1;
    x[1] = 2;
}
static void draw_place(Random *random, double *x)
{
    x[0] = (double)(1 + random_below(random, 4));
    x[1] = (double)(2 + random_below(random, 5));
}

static void run_place(Trial *trial, size_t columns)
{
    trial->y[0] = (double)at((size_t)trial->x[0], (size_t)trial->x[1], columns);
}
static void run_place_3(Trial *trial) { run_place(trial, 3); }
static void run_place_7(Trial *trial) { run_place(trial, 7); }

/* Another way: go through all elements in order and count. */
static void plain_place(const double *x, double *y, size_t rows, size_t columns)
{
    size_t count = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++, count++)
            if ((double)i == x[0] && (double)j == x[1])
                y[0] = (double)count;
}
static void plain_place_3(const double *x, double *y) { plain_place(x, y, 2, 3); }
static void plain_place_7(const double *x, double *y) { plain_place(x, y, 5, 7); }

/* ---- columns: x holds the matrix ---- */

static void draw_matrix(Random *random, double *x)
{
    (void)random;
    static const double worked[] = {1, 2, 3, 10, 20, 30};
    for (size_t i = 0; i < 6; i++)
        x[i] = worked[i];
}

static void run_columns(Trial *trial, size_t rows, size_t columns)
{
    for (size_t j = 0; j < columns; j++)
        trial->y[j] = column_sum(trial->x, rows, columns, j);
}
static void run_2_3(Trial *trial) { run_columns(trial, 2, 3); }
static void run_5_7(Trial *trial) { run_columns(trial, 5, 7); }

/* Another way: hand each element, in the order in which they stand, to its column. */
static void plain_columns(const double *x, double *y, size_t rows, size_t columns)
{
    for (size_t j = 0; j < columns; j++)
        y[j] = 0;
    for (size_t place = 0; place < rows * columns; place++)
        y[place % columns] += x[place];
}
static void plain_2_3(const double *x, double *y) { plain_columns(x, y, 2, 3); }
static void plain_5_7(const double *x, double *y) { plain_columns(x, y, 5, 7); }

const Case check_cases[] = {
    {.name = "place of (1,2), 3 columns",
     .x = "i j",
     .y = "place",
     .run = run_place_3,
     .plain = plain_place_3,
     .draw = draw_worked,
     .forward_only = true},
    {.name = "place of (i,j), 7 columns",
     .x = "i j",
     .y = "place",
     .run = run_place_7,
     .plain = plain_place_7,
     .draw = draw_place,
     .forward_only = true},
    {.name = "columns of 1 2 3 / 10 20 30",
     .x = "a[2][3]",
     .y = "sum[3]",
     .run = run_2_3,
     .plain = plain_2_3,
     .draw = draw_matrix,
     .forward_only = true},
    {.name = "columns of a (5,7) matrix",
     .x = "a[5][7]",
     .y = "sum[7]",
     .run = run_5_7,
     .plain = plain_5_7,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
