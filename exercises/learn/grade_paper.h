/* grade_paper: what a paper problem's file is worth. */
#ifndef WENGERT_GRADE_PAPER_H
#define WENGERT_GRADE_PAPER_H

#include "base/base.h"

typedef enum { PAPER_NOT_STARTED, PAPER_PASSED, PAPER_WRONG, PAPER_UNREADABLE } PaperState;

typedef struct {
    PaperState state;
    char sentence[1000]; /* why, in one line */
} PaperGrade;

/* Judges the answers in the file `answers` to the exercise whose text is at `exercise`. */
void paper_grade(const char *exercise, const char *answers, uint64_t seed, PaperGrade *grade);

#endif
