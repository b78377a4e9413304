/* depth: what a step keeps and takes as a model gets deeper, with activation checkpointing and
 * without. */
#include "bench.h"
#include "gpt2/gpt2.h"

enum { DEPTHS = 5, KINDS = 3 };
static const size_t depths[DEPTHS] = {4, 8, 12, 24, 48};
static const char *const names[KINDS] = {"all kept", "every root", "every block"};

typedef struct {
    double depth[DEPTHS], seconds[KINDS][DEPTHS], megabytes[KINDS][DEPTHS];
    int count;
} Curves;

static void one_depth(const Bench *bench, TsvLog *log, Curves *curves, size_t layers)
{
    Worker workers[KINDS];
    double row[1 + 2 * KINDS] = {(double)layers};
    Config config = {.n_layer = layers};
    const size_t segments[KINDS] = {0, gpt2_segment_default(&config), 1};
    int at = curves->count++;
    curves->depth[at] = (double)layers;
    for (int kind = 0; kind < KINDS; kind++) {
        char work[80];
        snprintf(work, sizeof work, "checkpoint %zu %zu", layers, segments[kind]);
        workers[kind] = worker_ours(bench, "float", work);
    }
    rounds_run(bench, (Worker *[]){&workers[0], &workers[1], &workers[2]}, KINDS);
    for (int kind = 0; kind < KINDS; kind++) {
        worker_end(bench, &workers[kind]);
        Spread seconds = worker_seconds(&workers[kind]);
        double memory = 1e-6 * (workers[kind].memory - workers[kind].memory_before);
        row[1 + kind] = curves->seconds[kind][at] = seconds.middle;
        row[1 + KINDS + kind] = curves->megabytes[kind][at] = memory;
        printf("  %2zu layers, %-11s %24s s %9.1f MB   %4.2f times the time, 1/%.1f of the memory\n",
               layers, names[kind], spread_text(seconds, 1), memory,
               1 / worker_ratio(&workers[kind], &workers[0]), row[1 + KINDS] / memory);
    }
    exit_if(tsv_row(log, 1 + 2 * KINDS, row));
}

void part_checkpointing(const Bench *bench)
{
    TsvLog log;
    Curves curves = {.count = 0};
    printf("\ncheckpointing: GPT-2 of width 256, two texts of 256, forward and backward, f32: seconds, "
           "and memory\nbeyond the parameters and their gradients\n");
    bench_table(&log, "checkpointing", "layers kept_seconds root_seconds each_seconds kept_megabytes "
                "root_megabytes each_megabytes");
    for (int i = 0; i < DEPTHS; i++)
        one_depth(bench, &log, &curves, depths[i]);
    for (int kind = 0; kind < KINDS; kind++)
        printf("  %-11s time grows as L^%.2f, memory as L^%.2f\n", names[kind],
               bench_slope(curves.depth, curves.seconds[kind], curves.count),
               bench_slope(curves.depth, curves.megabytes[kind], curves.count));
    bench_table_end(&log, "checkpointing");
}
