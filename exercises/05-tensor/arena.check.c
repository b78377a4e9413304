/* The check of 05-tensor/arena: where each request begins, as an offset in the block; -1 for
 * NULL. x is what is asked for, one after the other: a size in bytes, or -1 to set a mark, or -2
 * to release the last mark that was set, or -3 and -4 for the largest size_t and 100 less. y has an
 * answer for each size, and 0 for marks and releases. */
#include "../learn/check.h"

#include <stdlib.h>

typedef struct {
    unsigned char *bytes;
    size_t size, used;
} Block;

void *block_take(Block *block, size_t bytes);
size_t block_mark(const Block *block);
void block_release(Block *block, size_t mark);

enum { LINE = 64, BLOCK = 64 * LINE, SMALL = 100, REQUESTS = 31 };
enum { MARK = -1, RELEASE = -2, LARGEST = -3, LARGE = -4 };

static size_t size_asked(double x)
{
    return x == LARGEST ? SIZE_MAX : x == LARGE ? SIZE_MAX - 100 : (size_t)x;
}

/* The block lies between two stretches that belong to nobody, so that handing out past its end
 * harms nothing before it is noticed. */
static void run(Trial *trial, size_t size, size_t count)
{
    void *memory = memory_alloc(3 * BLOCK + LINE);
    size_t past = (uintptr_t)memory % LINE;
    Block block = {.bytes = (unsigned char *)memory + BLOCK + (LINE - past) % LINE, .size = size};
    size_t marks[REQUESTS], set = 0;
    for (size_t i = 0; i < count; i++) {
        trial->y[i] = 0;
        if (trial->x[i] == MARK) {
            marks[set++] = block_mark(&block);
        } else if (trial->x[i] == RELEASE) {
            block_release(&block, marks[--set]);
        } else {
            unsigned char *taken = block_take(&block, size_asked(trial->x[i]));
            trial->y[i] = taken == NULL ? -1 : (double)(taken - block.bytes);
        }
    }
    free(memory);
}

/* Counted in lines, as doubles, which do not begin again at 0. */
static void plain(const double *x, double *y, size_t size, size_t count)
{
    size_t used = 0, marks[REQUESTS], set = 0;
    for (size_t i = 0; i < count; i++) {
        y[i] = 0;
        if (x[i] == MARK) {
            marks[set++] = used;
        } else if (x[i] == RELEASE) {
            used = marks[--set];
        } else {
            double lines = ceil((double)size_asked(x[i]) / LINE);
            bool fits = (double)used + lines <= (double)(size / LINE);
            y[i] = fits ? (double)(used * LINE) : -1;
            used += fits ? (size_t)lines : 0;
        }
    }
}

static void few_run(Trial *trial) { run(trial, BLOCK, 4); }
static void few_plain(const double *x, double *y) { plain(x, y, BLOCK, 4); }
static void draw_few(Random *random, double *x)
{
    (void)random;
    x[0] = 100;
    x[1] = 10;
    x[2] = LINE;
    x[3] = 1;
}

static void full_run(Trial *trial) { run(trial, BLOCK, 5); }
static void full_plain(const double *x, double *y) { plain(x, y, BLOCK, 5); }
/* Nearly everything, then too much, then exactly what is left, then one byte. */
static void draw_full(Random *random, double *x)
{
    size_t left = 1 + random_below(random, 5);
    x[0] = (double)(BLOCK - left * LINE);
    x[1] = (double)(left * LINE + 1);
    x[2] = (double)(left * LINE);
    x[3] = 1;
    x[4] = (double)BLOCK * 1e9;
}

/* A block that ends within a line. */
static void small_run(Trial *trial) { run(trial, SMALL, 4); }
static void small_plain(const double *x, double *y) { plain(x, y, SMALL, 4); }
static void draw_small(Random *random, double *x)
{
    x[0] = SMALL;
    x[1] = 1 + (double)random_below(random, LINE);
    x[2] = 1 + (double)random_below(random, SMALL - LINE);
    x[3] = 1;
}

static void huge_run(Trial *trial) { run(trial, BLOCK, 4); }
static void huge_plain(const double *x, double *y) { plain(x, y, BLOCK, 4); }
static void draw_huge(Random *random, double *x)
{
    x[0] = 1 + (double)random_below(random, 300);
    x[1] = LARGE;
    x[2] = LARGEST;
    x[3] = 1;
}

static void marks_run(Trial *trial) { run(trial, BLOCK, 7); }
static void marks_plain(const double *x, double *y) { plain(x, y, BLOCK, 7); }
static void draw_marks(Random *random, double *x)
{
    x[0] = 1 + (double)random_below(random, 300);
    x[1] = MARK;
    x[2] = 1 + (double)random_below(random, 300);
    x[3] = MARK;
    x[4] = 1 + (double)random_below(random, 300);
    x[5] = RELEASE;
    x[6] = 1 + (double)random_below(random, 300);
}

static void any_run(Trial *trial) { run(trial, BLOCK, REQUESTS); }
static void any_plain(const double *x, double *y) { plain(x, y, BLOCK, REQUESTS); }
static void draw_any(Random *random, double *x)
{
    size_t set = 0;
    for (size_t i = 0; i < REQUESTS; i++) {
        size_t what = random_below(random, 5);
        if (what == 0) {
            x[i] = MARK;
            set++;
        } else if (what == 1 && set > 0) {
            x[i] = RELEASE;
            set--;
        } else {
            x[i] = (double)random_below(random, 500);
        }
    }
}

const Case check_cases[] = {
    {.name = "100 bytes, 10, 64, 1 (offset -1 stands for NULL)",
     .x = "asked[4]",
     .y = "offset[4]",
     .run = few_run,
     .plain = few_plain,
     .draw = draw_few,
     .forward_only = true},
    {.name = "until the block is full (offset -1 stands for NULL)",
     .x = "asked[5]",
     .y = "offset[5]",
     .run = full_run,
     .plain = full_plain,
     .draw = draw_full,
     .forward_only = true},
    {.name = "a block of 100 bytes: 100, up to 64, up to 36, 1 (-1: NULL)",
     .x = "asked[4]",
     .y = "offset[4]",
     .run = small_run,
     .plain = small_plain,
     .draw = draw_small,
     .forward_only = true},
    {.name = "some bytes, SIZE_MAX - 100, SIZE_MAX, 1 (-1: NULL)",
     .x = "asked[4]",
     .y = "offset[4]",
     .run = huge_run,
     .plain = huge_plain,
     .draw = draw_huge,
     .forward_only = true},
    {.name = "take, mark, take, mark, take, release, take",
     .x = "asked[7]",
     .y = "offset[7]",
     .run = marks_run,
     .plain = marks_plain,
     .draw = draw_marks,
     .forward_only = true},
    {.name = "31 times take, mark or release (-1: NULL)",
     .x = "asked[31]",
     .y = "offset[31]",
     .run = any_run,
     .plain = any_plain,
     .draw = draw_any,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
