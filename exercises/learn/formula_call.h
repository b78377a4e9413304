/* formula_call: what the functions of the formula language share. Each gets its arguments' values
 * in a Call, and returns its own in `result`, or false after it has noted what is wrong. */
#ifndef LEARN_FORMULA_CALL_H
#define LEARN_FORMULA_CALL_H

#include "formula.h"

enum { ARGUMENTS = 5 };

typedef struct {
    Evaluation *evaluation;
    int node, count;
    int at[ARGUMENTS]; /* the arguments' nodes */
    Array given[ARGUMENTS];
} Call;

/* Always false: "expected ..., and ARGUMENT is (3,5)". */
bool call_fail(Call *call, int argument, const char *expected);

/* The argument as a whole number in [low, high]. */
bool whole_number(Call *call, int argument, long low, long high, long *number);

/* The argument as one of the axes of the first, -1 being the last. */
bool axis_number(Call *call, int argument, int *axis);

/* The arguments from `first` on as lengths of axes. */
bool axis_lengths(Call *call, int first, size_t *shape);

/* formula_rows.c */
bool call_gather(Call *call, Array *result);
bool call_scatter(Call *call, Array *result);
bool call_onehot(Call *call, Array *result);
bool call_reshape(Call *call, Array *result);
bool call_drop(Call *call, Array *result);
bool call_permute(Call *call, Array *result);
bool call_slice(Call *call, Array *result);
bool call_concat(Call *call, Array *result);

#endif
