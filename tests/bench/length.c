/* length: what attention costs as a text gets longer, forward and backward, in time and in
 * memory. */
#include "bench.h"

#include <math.h>
#include <stdio.h>

enum { SHORTEST = 128, LONGEST = 8192, LENGTHS = 7, FIT_FROM = 512, KINDS = 2 };
static const double MEGABYTES_MOST = 8000, SECONDS_MOST = 20;
static const char *const names[KINDS] = {"composed", "fused"};

typedef struct {
    double length[LENGTHS], seconds[LENGTHS], megabytes[LENGTHS];
    int count;
    bool stopped;
} Curve;

double bench_slope(const double *x, const double *y, int count)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < count; i++) {
        if (!(x[i] > 0 && y[i] > 0))
            continue;
        double u = log(x[i]), v = log(y[i]);
        n++;
        sx += u;
        sy += v;
        sxx += u * u;
        sxy += u * v;
    }
    return n < 2 ? nan("") : (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/* Through the points from FIT_FROM on. */
static double slope(const Curve *curve, const double *y)
{
    int first = 0;
    while (first < curve->count && curve->length[first] < FIT_FROM)
        first++;
    return bench_slope(curve->length + first, y + first, curve->count - first);
}

/* Whether the next length, twice the last, may be tried: both may grow fourfold. */
static bool may_go_on(Curve *curve, const char *name, size_t length)
{
    if (curve->count == 0 || curve->stopped)
        return !curve->stopped;
    double seconds = 4 * curve->seconds[curve->count - 1];
    double megabytes = 4 * curve->megabytes[curve->count - 1];
    if (seconds <= SECONDS_MOST && !(megabytes > MEGABYTES_MOST))
        return true;
    curve->stopped = true;
    printf("  %s: not tried from T = %zu on: it may take up to %.1f s and %.1f GB\n", name, length,
           seconds, 1e-3 * megabytes);
    return false;
}

/* Beyond what it held when its input was ready. */
static double megabytes_of(const Worker *worker)
{
    return 1e-6 * (worker->memory - worker->memory_before);
}

static void add_point(Curve *curve, const char *name, const Worker *worker, size_t length)
{
    if (worker->count == 0) {
        curve->stopped = true;
        printf("  %s: stopped at T = %zu: %s\n", name, length, worker->absent);
        return;
    }
    curve->length[curve->count] = (double)length;
    curve->seconds[curve->count] = worker_seconds(worker).middle;
    curve->megabytes[curve->count++] = megabytes_of(worker);
    printf("  %-9s %5zu %24s s %9.1f MB\n", name, length, spread_text(worker_seconds(worker), 1),
           megabytes_of(worker));
}

static void one_length(const Bench *bench, TsvLog *log, Curve curves[KINDS], size_t length)
{
    Worker workers[KINDS];
    double row[1 + 2 * KINDS] = {(double)length, nan(""), nan(""), nan(""), nan("")};
    for (int kind = 0; kind < KINDS; kind++) {
        char work[80];
        snprintf(work, sizeof work, "attention %zu %d", length, kind);
        workers[kind] = (Worker){.absent = "not tried"};
        if (may_go_on(&curves[kind], names[kind], length))
            workers[kind] = worker_ours(bench, "float", work);
    }
    rounds_run(bench, (Worker *[]){&workers[0], &workers[1]}, KINDS);
    for (int kind = 0; kind < KINDS; kind++) {
        worker_end(bench, &workers[kind]);
        if (curves[kind].stopped)
            continue;
        add_point(&curves[kind], names[kind], &workers[kind], length);
        row[1 + kind] = worker_seconds(&workers[kind]).middle;
        row[1 + KINDS + kind] = megabytes_of(&workers[kind]);
    }
    exit_if(tsv_row(log, 1 + 2 * KINDS, row));
}

void part_attention(const Bench *bench)
{
    TsvLog log;
    Curve curves[KINDS] = {{.count = 0}};
    printf("\nattention, 12 heads of 64, forward and backward, f32: seconds, and memory beyond the "
           "input\n");
    bench_table(&log, "attention", "length composed_seconds fused_seconds composed_megabytes "
                "fused_megabytes");
    for (size_t length = SHORTEST; length <= LONGEST; length *= 2)
        one_length(bench, &log, curves, length);
    for (int kind = 0; kind < KINDS; kind++)
        printf("  %-9s from T = %d on, time grows as T^%.2f, memory as T^%.2f\n", names[kind],
               FIT_FROM, slope(&curves[kind], curves[kind].seconds),
               slope(&curves[kind], curves[kind].megabytes));
    bench_table_end(&log, "attention");
}
