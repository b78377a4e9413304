/* probes: what kind of wrong a wrong answer is. Facts first; a cause only as a question. */
#ifndef WENGERT_PROBES_H
#define WENGERT_PROBES_H

#include "judge.h"

enum { ROWS_SHOWN = 3 };

typedef struct {
    const char *names;         /* the case's x or y */
    bool gradient;             /* elements of dx, not of y */
    size_t wrong, of;          /* how many elements */
    size_t shown[ROWS_SHOWN];  /* the worst of them, worst first */
    size_t n_shown;
    char trust[200];           /* how far the measurement can be trusted; empty for a forward */
    char pattern[400];         /* what was found, and what was looked for and not found */
    bool nothing;              /* no pattern was found */
    char question[300];        /* what a pattern suggests; empty when nothing fits */
    const Slip *slip;          /* the seeded bug whose numbers these are, or NULL */
    bool as_given;             /* of a hunt: the numbers are those of the file as it was given */
} Diagnosis;

/* Looks into a finding of VERDICT_FORWARD or VERDICT_GRADIENT (for others: for a matching slip only). */
void diagnose(Referee *referee, const Exercise *exercise, const Finding *finding,
              Diagnosis *diagnosis);

/* ---- signatures ------------------------------------------------------------------------------
 * All numbers that a program answers at one seed: what two answers are recognised by. */
typedef struct {
    double *numbers;
    size_t count;
    size_t cases; /* how many cases were answered before the program ended, if it did */
} Signature;

Signature signature_of(Referee *referee, const char *program, uint64_t seed);
bool signature_equal(const Signature *a, const Signature *b);
void signature_free(Signature *signature);

#endif
