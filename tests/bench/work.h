/* work: the pieces of work that make bench times, each in a process of its own.
 *
 *   work.c           the process: prepares one piece of work, then runs it as often as asked
 *   work_peak.c      what the processor and the memory can do: multiply-adds, bytes read
 *   work_gemm.c      one matrix product: ours, or OpenBLAS's
 *   work_model.c     GPT-2: a training step, a forward pass, one id with the cache and without
 *   work_attention.c attention alone, forward and backward
 *   work_checkpoint.c GPT-2 of any depth, forward and backward, with checkpointing and without
 *   work_values.c    the scalar engine
 *   profile.c        a program beside it: where the time of one training step goes, op by op
 *
 * Compiled in both precisions. What a piece of work prepared lives until its process ends.
 */
#ifndef WENGERT_BENCH_WORK_H
#define WENGERT_BENCH_WORK_H

#include "base/base.h"

enum { WORK_NUMBERS_MAX = 6 };

typedef struct {
    const char *name, *numbers; /* the numbers behind its name, in words */
    int count;
    double (*prepare)(const size_t *numbers); /* the units of work in one run; 0: cannot be done */
    void (*run)(void);
} Work;

/* work_peak.c. Units: floating-point operations, a multiply-add is two; bytes. */
double peak_prepare(const size_t *numbers);
void peak_run(void);
double tile_prepare(const size_t *numbers);
void tile_run(void);
double bandwidth_prepare(const size_t *numbers);
void bandwidth_run(void);

/* work_gemm.c. Units: floating-point operations, 2 rows in out. */
double gemm_prepare(const size_t *numbers);
void gemm_run(void);
double openblas_prepare(const size_t *numbers);
void openblas_run(void);

/* work_model.c. Units: steps, passes, ids. */
double step_prepare(const size_t *numbers);
void step_run(void);
double forward_prepare(const size_t *numbers);
void forward_run(void);
double cached_prepare(const size_t *numbers);
void cached_run(void);
double whole_prepare(const size_t *numbers);
void whole_run(void);

/* work_attention.c. Units: one forward and backward. */
double attention_prepare(const size_t *numbers);
void attention_run(void);

/* work_checkpoint.c. Units: one forward and backward. */
double checkpoint_prepare(const size_t *numbers);
void checkpoint_run(void);

/* work_values.c. Units: Values made and walked back through. */
double values_prepare(const size_t *numbers);
void values_run(void);

#endif
