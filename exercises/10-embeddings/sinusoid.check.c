/* The check of 10-embeddings/sinusoid: positions 0, 1 and 100 of width 8, whole tables, an odd
 * width. Each case has one input, which shifts nothing: the position to read is drawn. */
#include "../learn/check.h"
#include "ops/ops.h"

/* Rows by repeated turns of each pair, never by a large angle. */
static void plain_row(size_t t, size_t width, double *y)
{
    for (size_t c = 0; c < width; c += 2) {
        double w = exp(-log(1e4) * (double)c / (double)width), sine = 0, cosine = 1;
        for (size_t k = 0; k < t; k++) {
            double turned = sine * cos(w) + cosine * sin(w);
            cosine = cosine * cos(w) - sine * sin(w);
            sine = turned;
        }
        y[c] = sine;
        if (c + 1 < width)
            y[c + 1] = cosine;
    }
}

/* Row x[0] of a table of `positions` rows; everything around the table must stay. */
static void row_run(Trial *trial, size_t positions, size_t width)
{
    TapeMark mark = tape_mark();
    real *table = tape_alloc((positions * width + 2) * sizeof *table);
    table[0] = table[positions * width + 1] = 1964;
    sinusoid_fill(table + 1, positions, width);
    size_t t = (size_t)trial->x[0];
    for (size_t c = 0; c < width; c++)
        trial->y[c] = (double)table[1 + t * width + c];
    trial->y[width] = (double)table[0];
    trial->y[width + 1] = (double)table[positions * width + 1];
    tape_release(mark);
}

static void eight_run(Trial *trial) { row_run(trial, 101, 8); }
static void six_run(Trial *trial) { row_run(trial, 53, 6); }
static void seven_run(Trial *trial) { row_run(trial, 31, 7); }

static void row_plain(const double *x, double *y, size_t width)
{
    plain_row((size_t)x[0], width, y);
    y[width] = y[width + 1] = 1964;
}
static void eight_plain(const double *x, double *y) { row_plain(x, y, 8); }
static void six_plain(const double *x, double *y) { row_plain(x, y, 6); }
static void seven_plain(const double *x, double *y) { row_plain(x, y, 7); }

static void draw_one(Random *random, double *x)
{
    (void)random;
    x[0] = 1;
}
static void draw_zero(Random *random, double *x)
{
    (void)random;
    x[0] = 0;
}
static void draw_hundred(Random *random, double *x)
{
    (void)random;
    x[0] = 100;
}
static void draw_below_53(Random *random, double *x) { x[0] = (double)random_below(random, 53); }
static void draw_last(Random *random, double *x)
{
    (void)random;
    x[0] = 30;
}

const Case check_cases[] = {
    {.name = "position 0 at width 8",
     .x = "t",
     .y = "row[8] before behind",
     .run = eight_run,
     .plain = eight_plain,
     .draw = draw_zero,
     .forward_only = true},
    {.name = "position 1 at width 8",
     .x = "t",
     .y = "row[8] before behind",
     .run = eight_run,
     .plain = eight_plain,
     .draw = draw_one,
     .forward_only = true},
    {.name = "position 100 at width 8",
     .x = "t",
     .y = "row[8] before behind",
     .run = eight_run,
     .plain = eight_plain,
     .draw = draw_hundred,
     .forward_only = true},
    {.name = "any position at width 6",
     .x = "t",
     .y = "row[6] before behind",
     .run = six_run,
     .plain = six_plain,
     .draw = draw_below_53,
     .forward_only = true},
    {.name = "the last position at width 7",
     .x = "t",
     .y = "row[7] before behind",
     .run = seven_run,
     .plain = seven_plain,
     .draw = draw_last,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
