/* sheet: paper problems for the commands: a sheet of questions made, a sheet of answers judged. */
#ifndef WENGERT_LEARN_SHEET_H
#define WENGERT_LEARN_SHEET_H

#include "base/base.h"

/* The questions of the exercise whose text is at `exercise`, with room for answers; the caller frees. */
Error sheet_make(const char *exercise, char **text);

typedef struct {
    size_t parts, right, answered;
    char sentence[300]; /* the first part that is not right, and why */
} SheetResult;

/* Judges the answers in the file `answers` and in `arguments` ("slope=1/4"), printing each part's verdict
 * if `shown`. An error is an answer that belongs to no part, or the exercise's own fault. */
Error sheet_judge(const char *exercise, const char *answers, char *const *arguments, int count,
                  uint64_t seed, bool shown, SheetResult *result);

/* For authors: whether the exercise's own answers hold, the right ones right and the wrong ones known, at
 * that many seeds; `judged` is how many do. */
Error sheet_audit(const char *exercise, size_t seeds, size_t *judged);

#endif
