/* models: whole models against PyTorch, in one run and in turn. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

enum { OURS, TORCH, TUNED, COMPETITORS };

typedef struct {
    const char *name, *precision, *work;
} Case;

static const Case cases[] = {
    {"124M, step, 4 x 64", "float", "step 12 12 768 50304 4 64"},
    {"124M, step, 1 x 1024", "float", "step 12 12 768 50304 1 1024"},
    {"tiny, step, V = 50,304", "float", "step 4 4 128 50304 12 64"},
    {"tiny, step, V = 65", "float", "step 4 4 128 65 12 64"},
    {"124M, forward, 1 x 1024", "float", "forward 12 12 768 50304 1 1024"},
    {"124M, forward, 1 x 1024", "double", "forward 12 12 768 50304 1 1024"}};
enum { CASES = sizeof cases / sizeof cases[0] };

static int bits_of(const Case *c)
{
    return strcmp(c->precision, "float") == 0 ? 32 : 64;
}

static void print_line(const Case *c, const Worker *all)
{
    printf("  %-24s f%d", c->name, bits_of(c));
    for (int i = 0; i < COMPETITORS; i++) {
        Spread seconds = worker_seconds(&all[i]);
        /* Who never began was introduced as skipped, with the reason. */
        const char *none = all[i].units > 0 ? all[i].absent : "-";
        printf("  %22s", seconds.count > 0 ? spread_text(seconds, 1) : none);
        if (i > 0 && all[i].count > 0)
            printf(" %5.2fx", worker_ratio(&all[OURS], &all[i]));
    }
    printf("  GiB");
    for (int i = 0; i < COMPETITORS; i++)
        if (all[i].memory > 0)
            printf(" %.2f", all[i].memory / (1 << 30));
        else
            printf(" -");
    printf("\n");
}

static void log_line(TsvLog *log, const Case *c, const Worker *all)
{
    double row[7 + 1 + 4 * COMPETITORS + 2] = {0};
    int at = 7;
    sscanf(strchr(c->work, ' '), "%lf %lf %lf %lf %lf %lf", &row[0], &row[1], &row[2], &row[3],
           &row[4], &row[5]);
    row[6] = strncmp(c->work, "step", 4) == 0;
    row[at++] = bits_of(c);
    for (int i = 0; i < COMPETITORS; i++) {
        Spread seconds = worker_seconds(&all[i]);
        row[at++] = seconds.low;
        row[at++] = seconds.middle;
        row[at++] = seconds.high;
        row[at++] = all[i].memory;
    }
    row[at++] = worker_ratio(&all[OURS], &all[TORCH]);
    row[at++] = worker_ratio(&all[OURS], &all[TUNED]);
    exit_if(tsv_row(log, (size_t)at, row));
}

static void run_case(const Bench *bench, TsvLog *log, const Case *c)
{
    Worker all[COMPETITORS] = {worker_ours(bench, c->precision, c->work),
                               worker_torch(bench, false, c->precision, c->work),
                               worker_torch(bench, true, c->precision, c->work)};
    rounds_run(bench, (Worker *[]){&all[OURS], &all[TORCH], &all[TUNED]}, COMPETITORS);
    for (int i = 0; i < COMPETITORS; i++)
        worker_end(bench, &all[i]);
    print_line(c, all);
    log_line(log, c, all);
}

/* Who the competitors are, as they say themselves. */
static void introduce(const Bench *bench)
{
    static const char work[] = "forward 1 1 8 65 1 8";
    static const char *const names[] = {"ours", "PyTorch", "PyTorch tuned"};
    Worker all[COMPETITORS] = {worker_ours(bench, "float", work),
                               worker_torch(bench, false, "float", work),
                               worker_torch(bench, true, "float", work)};
    for (int i = 0; i < COMPETITORS; i++) {
        if (all[i].process > 0)
            printf("  %-14s %s\n", names[i], all[i].remark);
        else
            printf("  %-14s skipped: %s\n", names[i], all[i].absent);
        worker_end(bench, &all[i]);
    }
}

void part_steps(const Bench *bench)
{
    TsvLog log;
    printf("\nsteps: seconds; behind PyTorch's, how many times as fast ours is; GiB each held at "
           "most\n");
    introduce(bench);
    bench_table(&log, "steps", "layers heads width vocabulary batch length training bits ours_low "
                "ours ours_high ours_bytes torch_low torch torch_high torch_bytes tuned_low tuned "
                "tuned_high tuned_bytes ratio_torch ratio_tuned");
    for (size_t i = 0; i < CASES; i++)
        run_case(bench, &log, &cases[i]);
    bench_table_end(&log, "steps");
}
