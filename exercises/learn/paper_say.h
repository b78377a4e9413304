/* paper_say: between the files that judge: what is said about an answer, and where to. */
#ifndef LEARN_PAPER_SAY_H
#define LEARN_PAPER_SAY_H

#include "paper.h"

enum { INDENT = 7 }; /* where what is said under a verdict begins */

typedef struct {
    const PaperPart *part;
    const char *answer;
    uint64_t seed;
    FILE *out;
    Arena arena; /* of the draw at hand */
    PaperJudgement *judgement;
} Judging;

/* "ok     NAME = ANSWER", or WRONG, or ? for what is not understood: the verdict. */
void say_verdict(const Judging *judging, PaperVerdict verdict);

/* A fact; the first is kept for whoever wants only one line. */
void say(Judging *judging, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The place in the answer where it cannot be "read", or "computed", and why. */
void say_unreadable(Judging *judging, const char *read, const FormulaError *error);

/* "+0.25", "NaN", "infinity": in one of a few static buffers. */
const char *number_text(double number);

/* An array: its name, then its numbers, each row of the last axis in lines of its own. */
void say_array(const Judging *judging, const char *name, const Array *array);

/* "dx[2][0]" of the element at `index`, in a static buffer. */
const char *place_text(const char *name, const Array *array, size_t index);

/* The value of one of the exercise's own answers; an error is the exercise's. */
Error own_value(Judging *judging, const char *text, const Names *names, Formula *formula,
                Array *value);

/* The question of the known mistake that the answer is. */
void say_slip(const Judging *judging, int slip);

/* paper_formula.c */
Error judge_formula(Judging *judging);

#endif
