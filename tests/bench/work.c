/* work: one piece of work in a process of its own, driven over a pipe by make bench's driver.
 *
 *   work NAME NUMBER...
 *
 * Prepares the work and answers "ready UNITS REMARK", or "absent WHY" where it cannot be done here.
 * Then, for each line on stdin: a number N runs the work N times and answers with the seconds that
 * took; "memory" answers with the most bytes of memory that the process has ever held. The end of
 * stdin ends it. tests/bench/step.py speaks the same way. */
#include "work.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const Work works[] = {
    {"peak", "THREADS", 1, peak_prepare, peak_run},
    {"tile", "THREADS", 1, tile_prepare, tile_run},
    {"bandwidth", "THREADS", 1, bandwidth_prepare, bandwidth_run},
    {"gemm", "PRODUCT ROWS IN OUT", 4, gemm_prepare, gemm_run},
    {"openblas", "PRODUCT ROWS IN OUT", 4, openblas_prepare, openblas_run},
    {"step", "LAYERS HEADS WIDTH VOCABULARY BATCH LENGTH", 6, step_prepare, step_run},
    {"forward", "LAYERS HEADS WIDTH VOCABULARY BATCH LENGTH", 6, forward_prepare, forward_run},
    {"cached", "LAYERS HEADS WIDTH VOCABULARY BATCH LENGTH", 6, cached_prepare, cached_run},
    {"whole", "LAYERS HEADS WIDTH VOCABULARY BATCH LENGTH", 6, whole_prepare, whole_run},
    {"attention", "LENGTH FUSED", 2, attention_prepare, attention_run},
    {"checkpoint", "LAYERS SEGMENT", 2, checkpoint_prepare, checkpoint_run},
    {"values", "", 0, values_prepare, values_run}};
enum { WORKS = sizeof works / sizeof works[0] };

/* Linux counts it in KiB, macOS in bytes. */
static double memory_peak(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return (double)usage.ru_maxrss;
#else
    return 1024.0 * (double)usage.ru_maxrss;
#endif
}

static const Work *work_named(const char *name)
{
    for (size_t i = 0; i < WORKS; i++)
        if (strcmp(works[i].name, name) == 0)
            return &works[i];
    exit_with("expected the name of a piece of work, found \"%s\"", name);
}

static void answer(const Work *work, const char *line)
{
    if (strncmp(line, "memory", 6) == 0) {
        printf("%.0f\n", memory_peak());
        return;
    }
    double began = seconds_now();
    for (long left = strtol(line, NULL, 10); left > 0; left--)
        work->run();
    printf("%.9f\n", seconds_now() - began);
}

int main(int argc, char **argv)
{
    size_t numbers[WORK_NUMBERS_MAX] = {0};
    if (argc < 2)
        exit_with("expected the name of a piece of work and its numbers");
    const Work *work = work_named(argv[1]);
    if (argc != 2 + work->count)
        exit_with("expected work %s %s", work->name, work->numbers);
    for (int i = 0; i < work->count; i++)
        numbers[i] = strtoul(argv[2 + i], NULL, 10);
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    double units = work->prepare(numbers);
    if (units > 0)
        printf("ready %.17g %s, %s, threads: %d\n", units, REAL_NAME, gemm_kernel_name(),
               threads_count());
    else
        puts("absent libopenblas.so.0 is not installed");
    fflush(stdout);
    char line[64];
    while (units > 0 && fgets(line, sizeof line, stdin) != NULL) {
        answer(work, line);
        fflush(stdout);
    }
    return 0;
}
