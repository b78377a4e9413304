/* base/: what every other room stands on. This header is the room's table of contents.
 *
 *   real         the number type: double for gates and parity, float for training
 *   require.c    broken contracts inside the program: say what was expected, then abort
 *   error.c      bad input from outside: an Error that a main prints in one line
 *   options.c    command lines: one table gives the parser and the help
 *   file.c       files mapped for reading; files written whole or not at all
 *   clock.c      how long things take; medians and spread
 *   arena.c      memory that dies together
 *   random.c     counter-based random numbers: uniform, normal, integers
 *   threads.c    one pool of threads; work divided the same way whatever their number
 *   vector.h     loops as vector instructions: exp, tanh, erf, sums in lanes; grains of loops
 *   gemm.c       the one matrix product that carries all others; gemm_kernel.c its inner tile
 *   peak.c       what this machine can do at most; peak_kernel.c its loops
 *   difference.c forward, central and five-point differences
 *   gate.c       the table, the verdicts and the closing line of every gate
 *
 * base/ calls nothing but libc, libm and pthreads.
 */
#ifndef WENGERT_BASE_H
#define WENGERT_BASE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <tgmath.h>
#undef I /* complex.h's, which tgmath.h brings: here I may be a number of inputs */

/* ---- real ------------------------------------------------------------------------------------
 * One source, two precisions: -DWENGERT_FLOAT makes the float library, its absence the double one.
 * Calls such as exp(x) go through <tgmath.h>, so that a float never visits double by accident. */
#ifdef WENGERT_FLOAT
typedef float real;
#define REAL_NAME "float"
#else
typedef double real;
#define REAL_NAME "double"
#endif

/* ---- require ---------------------------------------------------------------------------------
 * For contracts between parts of the program. If `ok` is false, prints the message (printf's way)
 * to stderr and calls abort(), so that a debugger stands at the place. Never for bad input. */
void require(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same without a condition, for messages that are dear to put together. Does not return. */
_Noreturn void broken_contract(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* malloc, calloc and realloc that stop with one line (exit status 2) when memory runs out:
 * nothing in this project could go on. The caller frees with free(). */
void *memory_alloc(size_t bytes);
void *memory_calloc(size_t count, size_t size);
void *memory_realloc(void *old, size_t bytes);

/* What printf would write, in memory of its own: the caller frees it. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- error -----------------------------------------------------------------------------------
 * What a reader of files, arguments or the environment returns. `text` says in one line what was
 * expected, what was found and where. Only a main prints it. */
typedef struct {
    bool failed;
    char text[600];
} Error;

Error no_error(void);
Error error_make(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For mains: does nothing when the error is none; otherwise prints "program: text" to stderr and
 * exits with status 2. */
void exit_if(Error error);

/* For mains: the same for a message put together on the spot. */
_Noreturn void exit_with(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For mains, at the end: a stdout that could not be written, on a full disk say, is one line and
 * exit status 2 too. */
void exit_if_unwritten(void);

/* ---- clock -----------------------------------------------------------------------------------
 * Seconds since some moment, on a clock that only goes forward. */
double seconds_now(void);

/* Repeated measurements of one thing, at most SPREAD_MAX: on a machine that does other things too,
 * the median says what is usual, and smallest and largest how far to trust it. NaN without numbers. */
enum { SPREAD_MAX = 99 };
typedef struct {
    double low, middle, high;
    size_t count;
} Spread;

Spread spread_of(const double *values, size_t count);
/* "0.60 (0.59..0.63)" of the spread times `scale`, in one of a few static buffers; "0.60 (once)" of
 * a single number, "-" of none. */
const char *spread_text(Spread spread, double scale);

/* ---- options ---------------------------------------------------------------------------------
 * A program's command line as one table, from which both the parser and --help come. `to` points at
 * a bool (flag), const char * (text), size_t (size), uint64_t (seed) or double (number), which holds
 * the default; low and high bound sizes and numbers. */
typedef enum { OPTION_FLAG, OPTION_TEXT, OPTION_SIZE, OPTION_SEED, OPTION_NUMBER } OptionKind;
typedef struct {
    const char *name; /* without its two dashes */
    OptionKind kind;
    void *to;
    double low, high;
    const char *help;
} Option;

/* For mains: fills what the table points at. An unknown option, a missing or impossible value or a
 * word that is no option is one line and exit status 2; --help prints `usage` and the table with its
 * defaults and exits 0. */
void options_parse(int argc, char **argv, const char *usage, const Option *options, int count);

/* ---- file ------------------------------------------------------------------------------------
 * A file mapped read-only. `bytes` is NULL for an empty file. file_unmap gives it back. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
} MappedFile;

Error file_map(MappedFile *file, const char *path);
void file_unmap(MappedFile *file);

/* Writing whole or not at all: file_create opens path.tmp; write to `stream` with stdio; file_commit
 * flushes, syncs, checks every error and renames it to path; file_abandon removes it. After a failed
 * commit the old file, if any, is as it was and path.tmp is gone. Only a file is ever replaced: where
 * a folder, a link, a pipe or a device has that name, file_create returns an Error. */
typedef struct {
    FILE *stream;
    char path[1024];
    char temporary[1040];
} NewFile;

Error file_create(NewFile *file, const char *path);
Error file_commit(NewFile *file);
void file_abandon(NewFile *file);

/* Whether two names mean one file that is there: to write to the one would destroy the other. */
bool file_is_same(const char *a, const char *b);

/* Makes a folder and its missing parents; an existing folder is no error. */
Error folder_make(const char *path);

/* Syncs a folder's own entries to disk, after renames inside it. */
Error folder_sync(const char *path);

/* ---- arena -----------------------------------------------------------------------------------
 * Bump allocation in chunks that grow and are reused. What was allocated after a mark dies when the
 * mark is released; nothing goes back to the system before arena_free. */
typedef struct ArenaChunk ArenaChunk;
typedef struct {
    ArenaChunk *first, *current;
    size_t peak, usual; /* the size of the newest chunk of usual size */
} Arena;
typedef struct {
    ArenaChunk *chunk;
    size_t used;
} ArenaMark;

void *arena_alloc(Arena *arena, size_t bytes); /* 64-byte aligned; contents undefined */
ArenaMark arena_mark(const Arena *arena);
void arena_release(Arena *arena, ArenaMark mark);
size_t arena_capacity(const Arena *arena); /* bytes held from the system */
size_t arena_used(const Arena *arena);     /* bytes alive */
size_t arena_peak(const Arena *arena);     /* the most that were ever alive */
void arena_free(Arena *arena);

/* When on, memory is filled with NaN as it is handed out and as it is released, so that a read of
 * what was never written, or is dead, shows in the numbers. On in sanitizer builds and in gates.
 * arena_poison fills what its owner is done with, if poison is on. */
void arena_set_poison(bool on);
void arena_poison(void *bytes, size_t size);

/* ---- random ----------------------------------------------------------------------------------
 * Philox4x32-10: the n-th draw is a function of (seed, stream, n), so that a resumed run continues
 * exactly and two streams never overlap. Source: Salmon, Moraes, Dror, Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011. Saving the three fields saves the generator. */
typedef struct {
    uint64_t seed, stream, counter;
} Random;

void philox(uint32_t block[4], const uint32_t key[2]); /* ten rounds, in place */
Random random_make(uint64_t seed, uint64_t stream);
uint64_t random_bits(Random *random);
double random_uniform(Random *random);                /* in [0, 1), 53 bits */
double random_normal(Random *random);                 /* mean 0, deviation 1 (Box-Muller) */
uint64_t random_below(Random *random, uint64_t bound); /* in [0, bound), unbiased; bound > 0 */

/* ---- threads ---------------------------------------------------------------------------------
 * parallel_for cuts [0, count) into pieces of `grain` (the last may be shorter) and calls
 * body(begin, end, context) once for each, on as many threads as there are. The pieces do not
 * depend on the number of threads, so neither does any result. Inside a body it runs serially. */
typedef void (*ParallelBody)(size_t begin, size_t end, void *context);
void parallel_for(size_t count, size_t grain, ParallelBody body, void *context);

/* The number of threads: set by the program, else by WENGERT_THREADS, else one per processor. */
void threads_set(int count);
int threads_count(void);
void threads_stop(void); /* joins the pool; the next parallel_for starts it again */
Error threads_check_environment(void);

/* ---- gemm ------------------------------------------------------------------------------------
 * C = alpha op(A) op(B), or C += when `add`. op(A) is (m,k), op(B) is (k,n), C is (m,n); row-major,
 * with leading dimensions lda, ldb, ldc in elements; op transposes when its flag is set. C must not
 * overlap A or B. When not adding, C's old contents are never read. The order of the sum over k
 * depends on k alone, and with alpha 1, or without `add` for k up to 768, a row of C has the same bits
 * whatever m is: alone it is what it would be among others. Few rows are quick too: B is then read
 * once, where it stands. */
void gemm(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, real alpha,
          const real *a, size_t lda, const real *b, size_t ldb, bool add, real *c, size_t ldc);

/* C = A B + bias, whose (n) elements are added to every row: a linear layer. The same otherwise; bias
 * may be NULL. */
void gemm_bias(size_t m, size_t n, size_t k, const real *a, size_t lda, const real *b, size_t ldb,
               const real *bias, real *c, size_t ldc);

/* The kernel in use: "avx512", "avx2", "neon" or "portable", the widest this processor has unless
 * WENGERT_CPU names one. gemm_check_environment says if that name is unknown or not to be had. */
const char *gemm_kernel_name(void);
Error gemm_check_environment(void);
void gemm_free_buffers(void); /* gives back this thread's packing buffers */

/* ---- peak ------------------------------------------------------------------------------------
 * What no program can beat on this machine, for chapter 21 and make bench to time, on all threads and
 * with the kernel in use. peak_arithmetic runs chains of multiply-adds that never leave the registers;
 * it returns how many floating-point operations that was, a multiply-add being two, and gives in *sum
 * what they came to. peak_read adds up `count` numbers, a multiple of PEAK_MULTIPLE: where they are
 * more than the caches hold, it is as fast as memory is. */
enum { PEAK_MULTIPLE = 256 };
double peak_arithmetic(real *sum);
real peak_read(const real *x, size_t count);

/* ---- difference ------------------------------------------------------------------------------
 * Numerical derivatives of f at x with step h; errors of order h, h^2 and h^4 (chapter 01). */
typedef real (*Function)(real x, const void *context);
real difference_forward(Function f, const void *context, real x, real h);
real difference_central(Function f, const void *context, real x, real h);
real difference_five_point(Function f, const void *context, real x, real h);

/* ---- gate ------------------------------------------------------------------------------------
 * Every gate is a main of the form
 *     gate_begin(argc, argv, "07-linear-algebra");
 *     ... rows ...
 *     return gate_end();
 * Options: --only ROW (rows whose first word is ROW), --seed N, --brief (one line in all),
 * --save FILE (double: keep every result), --against FILE (float: compare with what double kept). */
typedef struct {
    const char *name;     /* its first word names the op; the rest says shapes and circumstances */
    size_t elements;      /* how many partial derivatives were compared */
    double forward;       /* worst relative error of the forward against its independent reference */
    double fresh, added;  /* worst relative error of the gradient, on a fresh and on a used buffer */
    double precision;     /* float builds: worst error against double, by the largest value */
    double tolerance;     /* 0 means the house's 1e-8 */
    const char *why;      /* needed when tolerance is larger */
    char detail[400];     /* where the worst element is and what it was, shown on a failure */
} GateRow;

void gate_begin(int argc, char **argv, const char *title);
bool gate_wants(const char *row_name); /* false when --only asks for other rows */
void gate_report(const GateRow *row);  /* prints the row, decides and counts */
void gate_check(const char *name, bool passed, const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* a row that is not a gradient */
int gate_end(void);                        /* prints the closing line; 0 when nothing failed */
Random *gate_random(void);                 /* the gate's own seeded stream */

/* |a - n| / max(|a|, |n|, 1e-3): the error measure of every gate. Infinite for NaN. */
double gate_error(double analytic, double numeric);

/* Double: keeps `values` under `what` when --save was given, and returns 0. Float: returns the worst
 * |float - double| by the largest |double|, infinite when the record is missing or of another size. */
double gate_precision(const char *what, const real *values, size_t count);
bool gate_is_float(void);

#endif
