/* Climbs the ladder: times one matrix product, C = A B of n by n matrices, on every rung of
 * rungs.h, beside the most that this machine's multiply-adds can do, measured in the same rounds.
 * Nothing is trained in this chapter; what was trained is made fast. It is built in float, for
 * speed is.
 *
 * A and B hold small whole numbers, whose products and sums no rounding touches, so that every rung
 * must give the very same matrix, whatever its order; one that does not is never timed. The naive
 * rung computes only as many rows as NAIVE_WORK allows: its rows cost the same, each for itself.
 * Columns: size; GFLOP/s, the median of the rounds, of each rung, of the peak on one thread and on
 * all; then the smallest (_low) and largest (_high) of each. Run it where plots/ is. */
#include "measure.h"
#include "rungs.h"

enum { SMALLEST = 64, LARGEST = 1024, NAIVE_WORK = 1 << 25, PEAK_ONE = RUNGS, PEAK_ALL, LINES,
       WHOLE = 8 /* elements are whole numbers from -WHOLE to WHOLE */ };
_Static_assert(WHOLE * WHOLE * LARGEST < 1 << 24, "sums of whole numbers must fit a float");

typedef struct {
    const Rung *rung;
    size_t rows, size; /* A is (rows,size), B is (size,size) */
    const real *a, *b;
    real *c;
} Job;

static void run_rung(void *context)
{
    const Job *job = context;
    job->rung->multiply(job->rows, job->size, job->size, job->a, job->b, job->c);
}

static double job_flops(const Job *job)
{
    return 2.0 * (double)job->rows * (double)job->size * (double)job->size;
}

/* Multiply-adds in registers; the operations they were. */
typedef struct {
    double flops;
    real sum;
} Peak;

static void run_peak(void *context)
{
    Peak *peak = context;
    peak->flops = peak_arithmetic(&peak->sum);
}

/* Runs the rung once and holds it to the naive one, number for number. */
static void check_rung(Job *job, const real *expected, size_t expected_rows)
{
    size_t count = (job->rows < expected_rows ? job->rows : expected_rows) * job->size;
    for (size_t i = 0; i < job->rows * job->size; i++)
        job->c[i] = (real)NAN;
    run_rung(job);
    for (size_t i = 0; i < count; i++)
        require(job->c[i] == expected[i], "rung %s, %zu by %zu: element %zu: expected %g, found %g",
                job->rung->name, job->rows, job->size, i, (double)expected[i], (double)job->c[i]);
}

static real *whole_numbers(size_t count, Random *random)
{
    real *values = memory_alloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = (real)((int)random_below(random, 2 * WHOLE + 1) - WHOLE);
    return values;
}

static void print_line(int line, const Spread *rates, double share)
{
    const char *name = line < RUNGS       ? rungs[line].name
                       : line == PEAK_ONE ? "peak, one thread"
                                          : "peak";
    printf("  %-18s %24s", name, spread_text(rates[line], 1));
    if (line < RUNGS)
        printf(" %6.1f %% of the peak on %s", 100 * share, rungs[line].all_threads ? "all threads"
                                                                                  : "one thread");
    printf("\n");
}

static void log_row(TsvLog *log, size_t size, const Spread rates[LINES])
{
    double row[1 + 3 * LINES] = {(double)size};
    for (int i = 0; i < LINES; i++) {
        row[1 + i] = rates[i].middle;
        row[1 + LINES + 2 * i] = rates[i].low;
        row[2 + LINES + 2 * i] = rates[i].high;
    }
    exit_if(tsv_row(log, 1 + 3 * LINES, row));
}

/* The share of the peak: the peak's seconds for as many operations. */
static double share_of_peak(const Timed *timed, double flops, const Timed *peak, double peak_flops,
                            size_t rounds)
{
    double least[SPREAD_MAX];
    for (size_t i = 0; i < rounds; i++)
        least[i] = peak->seconds[i] * flops / peak_flops;
    return timed_share(timed, rounds, least);
}

static void measure_size(TsvLog *log, size_t size, size_t rounds, int threads)
{
    Job jobs[RUNGS];
    Timed timed[LINES] = {{0}};
    Peak peak = {0, 0};
    Spread rates[LINES];
    Random random = random_make(21, size);
    size_t naive_rows = at_most(size, NAIVE_WORK / (size * size));
    real *a = whole_numbers(size * size, &random), *b = whole_numbers(size * size, &random);
    real *c = memory_alloc(size * size * sizeof *c),
         *expected = memory_alloc(size * size * sizeof *c);
    multiply_naive(naive_rows, size, size, a, b, expected);
    for (int i = 0; i < RUNGS; i++) {
        jobs[i] = (Job){&rungs[i], i == 0 ? naive_rows : size, size, a, b, c};
        timed[i] = (Timed){.run = run_rung, .context = &jobs[i],
                           .threads = rungs[i].all_threads ? threads : 1};
        threads_set(timed[i].threads);
        check_rung(&jobs[i], expected, naive_rows);
    }
    timed[PEAK_ONE] = (Timed){.run = run_peak, .context = &peak, .threads = 1};
    timed[PEAK_ALL] = (Timed){.run = run_peak, .context = &peak, .threads = threads};
    timed_rounds(timed, LINES, rounds);
    printf("\n%zu by %zu, GFLOP/s\n", size, size);
    for (int i = 0; i < LINES; i++) {
        double flops = i < RUNGS ? job_flops(&jobs[i]) : peak.flops;
        const Timed *most = &timed[i < RUNGS && !rungs[i].all_threads ? PEAK_ONE : PEAK_ALL];
        rates[i] = timed_rate(&timed[i], rounds, 1e-9 * flops);
        print_line(i, rates, share_of_peak(&timed[i], flops, most, peak.flops, rounds));
    }
    log_row(log, size, rates);
    free(a);
    free(b);
    free(c);
    free(expected);
}

static void begin_table(TsvLog *log, const char *path)
{
    char columns[1000] = "size";
    const char *names[LINES];
    for (int i = 0; i < LINES; i++)
        names[i] = i < RUNGS ? rungs[i].name : i == PEAK_ONE ? "peak_one" : "peak_all";
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < LINES; i++) {
            size_t used = strlen(columns);
            if (pass == 0)
                snprintf(columns + used, sizeof columns - used, " %s", names[i]);
            else
                snprintf(columns + used, sizeof columns - used, " %s_low %s_high", names[i],
                         names[i]);
        }
    exit_if(tsv_create(log, path, columns));
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/21-speed.tsv", *figure = "build/plots/21-speed.svg";
    size_t rounds = 5, largest = LARGEST;
    const Option options[] = {
        {"tsv", OPTION_TEXT, &path, 0, 0, "where the table goes"},
        {"figure", OPTION_TEXT, &figure, 0, 0, "where the figure goes"},
        {"rounds", OPTION_SIZE, &rounds, 1, SPREAD_MAX, "measurements of each rung"},
        {"largest", OPTION_SIZE, &largest, SMALLEST, LARGEST, "columns of the largest matrices"}};
    options_parse(argc, argv, "Times a matrix product on every rung of the ladder.", options, 4);
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    TsvLog log;
    int threads = threads_count();
    printf("C = A B, f%zu, kernel %s, threads: %d; median (smallest..largest) of %zu\n",
           8 * sizeof(real), gemm_kernel_name(), threads, rounds);
    begin_table(&log, path);
    for (size_t size = SMALLEST; size <= largest; size *= 2)
        measure_size(&log, size, rounds, threads);
    exit_if(tsv_close(&log));
    measure_draw("21-speed.gp", path, figure);
    gemm_free_buffers();
    return 0;
}
