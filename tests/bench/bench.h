/* bench: what make bench measures, and against what. This header is the folder's table of contents.
 *
 *   bench.c      the program: options, the parts in order
 *   worker.c     a competitor: a process that does one piece of work, over and over, on request
 *   rounds.c     competitors in turn, round after round; medians and spread
 *   parts.c      peak, gemm, the scalar engine, generation, gates
 *   programs.c   what programs measure and draw themselves: ladder, roofline, a step's time by op
 *   models.c     training steps and forward passes against PyTorch
 *   length.c     attention's time and memory against the length of the text
 *   depth.c      checkpointing's time and memory against the number of layers
 *   work.h       the other side: the programs that do the work; step.py is PyTorch's
 *
 * Nothing is judged here: it prints, and writes tables to build/bench/ and figures to build/plots/.
 */
#ifndef WENGERT_BENCH_H
#define WENGERT_BENCH_H

#include "base/base.h"
#include "show/show.h"

#include <sys/types.h>

typedef struct {
    const char *build;    /* the folder of the programs, build/gcc */
    const char *python;   /* the interpreter that has PyTorch, if there is one */
    const char *openblas; /* the folder of OpenBLAS's OpenMP build; "" when there is none */
    size_t rounds;
    double patience;      /* seconds after which a competitor's one run is not waited for */
    double least;         /* seconds that one measurement takes at least: short work is repeated */
} Bench;

/* ---- worker -----------------------------------------------------------------------------------*/
enum { ROUNDS_MAX = SPREAD_MAX, REMARK_MAX = 160 };

typedef struct {
    char name[40];           /* of the competitor, in messages */
    pid_t process;           /* 0 when there is none */
    int to, from;            /* pipes */
    char absent[REMARK_MAX]; /* why there are no numbers; "" when there are */
    char remark[REMARK_MAX]; /* what it said of itself */
    double units;            /* of work in one run */
    size_t repeats;          /* runs in one measurement */
    size_t count;            /* measurements */
    double seconds[ROUNDS_MAX]; /* of one run, for each measurement */
    double memory_before, memory; /* bytes at most: when it was ready, and after its runs */
} Worker;

/* The programs of work.c, in "float" or "double"; OpenBLAS through the same program; PyTorch by
 * step.py as it is installed, or tuned. `work` is a name and its numbers, "step 12 12 768 50304
 * 4 64". Returns when it is ready, or absent. */
Worker worker_ours(const Bench *bench, const char *precision, const char *work);
Worker worker_openblas(const Bench *bench, const char *precision, const char *work);
Worker worker_torch(const Bench *bench, bool tuned, const char *precision, const char *work);

/* One measurement of `repeats` runs; seconds of one run, or a negative number when it took longer
 * than the bench's patience or the process ended: then it is gone, and `absent` says why. */
double worker_time(const Bench *bench, Worker *worker, size_t repeats);
/* Asks for the memory and ends the process; the numbers stay. */
void worker_end(const Bench *bench, Worker *worker);

/* ---- rounds -----------------------------------------------------------------------------------
 * Each worker runs once unmeasured; then in every round each is measured once, in turn, so that
 * what disturbs the machine disturbs all of them alike. A worker whose unmeasured run took half of the
 * bench's patience or more keeps that one number: it would take the others' time. */
void rounds_run(const Bench *bench, Worker *const *workers, int count);

Spread worker_seconds(const Worker *worker);
Spread worker_rate(const Worker *worker); /* units a second */
/* How many times as fast (units a second) `worker` is as `other`: the median over the rounds. */
double worker_ratio(const Worker *worker, const Worker *other);

/* ---- parts ----------------------------------------------------------------------------------- */
void part_peak(const Bench *bench);
void part_gemm(const Bench *bench);
void part_ladder(const Bench *bench);
void part_roofline(const Bench *bench);
void part_steps(const Bench *bench);
void part_generation(const Bench *bench);
void part_values(const Bench *bench);
void part_gates(const Bench *bench);
void part_attention(const Bench *bench);
void part_checkpointing(const Bench *bench);
void part_profile(const Bench *bench);

/* The exponent of a power law through points: least squares of the logarithms; NaN without two. */
double bench_slope(const double *x, const double *y, int count);
/* Begins the table build/bench/NAME.tsv. */
void bench_table(TsvLog *log, const char *name, const char *columns);
/* Ends it, and draws it by plots/bench-NAME.gp as build/plots/bench-NAME.svg where that script
 * is. */
void bench_table_end(TsvLog *log, const char *name);
/* Runs a program, waits for it, and gives its exit status, -1 when it did not end by itself.
 * What it prints is dropped if `quiet`. */
int bench_run(const char *const *words, bool quiet);

#endif
