/* clock: how long things take, and what repeated measurements of it say together. Nobody sets this
 * clock, so only differences mean something. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

Spread spread_of(const double *values, size_t count)
{
    double sorted[SPREAD_MAX];
    require(count <= SPREAD_MAX, "spread_of: more than %d measurements", SPREAD_MAX);
    if (count == 0)
        return (Spread){nan(""), nan(""), nan(""), 0};
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    double middle = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    return (Spread){sorted[0], middle, sorted[count - 1], count};
}

const char *spread_text(Spread spread, double scale)
{
    static char texts[8][60];
    static int next = 0;
    char *text = texts[next++ % 8];
    double low = scale * spread.low, middle = scale * spread.middle, high = scale * spread.high;
    int digits = middle >= 100 ? 0 : middle >= 10 ? 1 : middle >= 1 ? 2 : 3;
    if (spread.count == 0)
        snprintf(text, sizeof texts[0], "-");
    else if (spread.count == 1)
        snprintf(text, sizeof texts[0], "%.*f (once)", digits, middle);
    else
        snprintf(text, sizeof texts[0], "%.*f (%.*f..%.*f)", digits, middle, digits, low, digits,
                 high);
    return text;
}
