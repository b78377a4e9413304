/* judge: what is true of a student's file. The referee draws inputs and knows the outputs; the student's
 * program computes; gradients are held to five-point differences of the referee's outputs. */
#ifndef WENGERT_JUDGE_H
#define WENGERT_JUDGE_H

#include "build.h"
#include "check.h"
#include "protocol.h"

enum { CASES_MAX = 40, JUDGE_SEED = 42, SEEDS_USUAL = 5 };

/* A running program of an exercise, and what its cases are. */
typedef struct {
    ChildProgram child;
    const Words *sandbox; /* what stands before its name, or NULL */
    char program[PATH_ROOM];
    double seconds; /* for all that it is asked in one judgement */
    double used;    /* of them; the referee's time is not the student's */
    bool bounded;   /* in memory, as student code is */
} Program;

typedef struct {
    Program program;
    CaseInfo cases[CASES_MAX];
    size_t count;
} Referee;

/* One case at one seed: what was asked and what came back. */
typedef struct {
    const CaseInfo *info;
    size_t at;
    uint64_t seed;
    double x[CHECK_INPUTS], dy[CHECK_OUTPUTS], before[CHECK_INPUTS];
    double right[CHECK_OUTPUTS];                       /* the referee's outputs */
    double measured[CHECK_INPUTS];                     /* five-point differences */
    double y[CHECK_OUTPUTS];                           /* the student's */
    double fresh[CHECK_INPUTS], added[CHECK_INPUTS];   /* gradients into a fresh and a used buffer */
    bool inside; /* these were right; `fresh` is what came where the operands were results */
    char judgement[NAME_ROOM];
} Sitting;

typedef enum {
    VERDICT_PASSED,
    VERDICT_NOT_STARTED,
    VERDICT_NOT_BUILT, /* build.state says why */
    VERDICT_CRASHED,
    VERDICT_TIMED_OUT,
    VERDICT_TOO_BIG,
    VERDICT_ENDED,     /* it left before it had answered: exit(0), say */
    VERDICT_FORWARD,
    VERDICT_GRADIENT,
    VERDICT_JUDGED,    /* a case's own judge says no */
    VERDICT_NO_COURSE  /* the exercise's own files fail: no fault of the student */
} Verdict;

typedef struct {
    Verdict verdict;
    char sentence[1000]; /* why, in one line */
    Build build;
    Sitting sitting;    /* the case that failed, or the last one */
    char printed[PRINTED_ROOM + 1]; /* what the student's code wrote, a sanitizer's report with it */
    char where[PATH_ROOM];          /* "work/08-loss/softmax.c:18" of a crash, or empty */
    size_t cases, seeds;            /* how much passed */
    double seconds;                 /* that the student's program computed */
} Finding;

typedef struct {
    uint64_t seed;   /* the first */
    size_t seeds;    /* how many, from that on */
    double seconds;  /* for all of the student's computing */
    Workshop workshop;
    const char *name; /* of the program that is built */
    bool as_given;    /* a file that is as the starter was is judged, too */
} JudgeOptions;

JudgeOptions judge_usual(void);

/* The referee of an exercise, running; false: finding->sentence says why not. Stopped by referee_stop. */
bool referee_start(Referee *referee, const Exercise *exercise, Finding *finding);
void referee_stop(Referee *referee);

/* Judges `source` as an answer to the exercise. */
void judge_file(Referee *referee, const Exercise *exercise, const char *source,
                const JudgeOptions *options, Finding *finding);

/* For what is built already, as slips are: all cases at the seeds. */
void judge_program(Referee *referee, const char *program, const JudgeOptions *options,
                   Finding *finding);

/* Of a student's program that ended early: why, and where in `source` (which may be NULL). */
void end_explain(const Program *program, const char *source, Finding *finding);

/* Whether verdict is one that is printed as a failure of the student's. */
bool verdict_is_failure(Verdict verdict);
const char *verdict_words(Verdict verdict); /* "passed", "not started", "does not compile", ... */

/* ---- for probes ------------------------------------------------------------------------------ */

/* Draws a case's inputs and upstream, and has the referee say what is right. */
bool sitting_prepare(Referee *referee, size_t at, uint64_t seed, Sitting *sitting);
/* Asks a program: y, and with `backward` the gradient of dy into dx, which holds `before` where `way` is
 * WAY_ADDED. */
bool program_run(Program *program, const Sitting *sitting, const double *x, const double *dy,
                 bool backward, Way way, double *y, double *dx);
/* The referee's outputs at x. */
bool referee_plain(Referee *referee, const Sitting *sitting, const double *x, double *y);
/* The difference of dy . plain along input i, over h: five-point, or one-sided (side +1 or -1). */
double referee_difference(Referee *referee, const Sitting *sitting, size_t i, double h);
double referee_one_sided(Referee *referee, const Sitting *sitting, size_t i, double h);

bool program_start(Program *program);
void program_stop(Program *program);

double relative_error(double a, double b);
bool forward_agrees(const CaseInfo *info, double yours, double right);
bool gradient_agrees(const CaseInfo *info, double yours, double measured);

/* The i-th number of "x[2][3] b": "x[1][0]"; in one of a few static buffers. */
const char *element_name(const char *names, size_t i);

#endif
