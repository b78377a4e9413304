/* check: what the check of a code exercise is written against. exercises/README.md says how.
 *
 * An exercise's check is one file, ID.check.c. It is linked twice: with the student's file, as a child
 * process that computes, knows no answer and is believed in nothing; and with the untouched starter, as the
 * referee, which draws the inputs and knows the right answers without calling what the exercise asks for. The numbers of
 * both meet in ./learn, which also measures every gradient by finite differences of the referee's
 * `plain`: so nothing that a student's file prints, and no way in which it ends, passes for an answer.
 */
#ifndef WENGERT_CHECK_H
#define WENGERT_CHECK_H

#include "tensor/tensor.h"
#include "value/value.h"

enum { CHECK_INPUTS = 256, CHECK_OUTPUTS = 256 };

typedef struct Case Case;

/* What only the referee may know. The check that a student's program is linked with is blind: there the
 * text of these is gone (build.c takes it out), and a function given for one would not compile. */
#ifndef CHECK_BLIND
typedef void Plain(const double *x, double *y);
typedef void Draw(Random *random, double *x);
typedef const char *Judge(const double *x, const double *y);
#else
typedef struct Unknown Plain, Draw, Judge;
#endif

/* One question to the student's code. `dx` is NULL when only the forward is asked for. Otherwise, on
 * entry, it is what the gradients' buffers hold already: the code under trial must ADD the gradient of
 * the sum of dy[j] y[j] to it. Where `fresh`, nothing has been written yet: a tensor's gradient has to
 * be written first, not added to. */
typedef struct {
    const Case *of;
    const double *x;  /* (inputs) */
    double *y;        /* (outputs) filled with NaN on entry */
    const double *dy; /* (outputs), the upstream gradient */
    double *dx;       /* (inputs), or NULL */
    bool fresh;
    bool inside; /* with `fresh`: the operands are results themselves, and what is lent comes back as it was */
} Trial;

struct Case {
    const char *name;  /* "a*b", "softmax of (3,5)": what is tried, in the lesson's words */
    const char *x, *y; /* names of what x and y hold, with shapes: "a b", "x[3][5] w[5]", "y[3][5]" */
    void (*run)(Trial *trial);                   /* asks the student's code */
    Plain *plain; /* knows y, by a plain loop; never the student's code */
    Draw *draw;   /* inputs; NULL: normal numbers */
    /* Where no gradient is asked for: outputs are held to `plain` alone. */
    bool forward_only;
    /* Relative error allowed, of forward and gradient; 0: 1e-9 and 1e-7. */
    double forward_tolerance, gradient_tolerance;
    /* Instead of `plain`, for answers of which many are right (a training that must end below a loss):
     * NULL if y answers x, otherwise a sentence that says what is wrong, in static memory. */
    Judge *judge;
};

/* What each ID.check.c defines. Cases are tried in this order, simplest first. */
extern const Case check_cases[];
extern const size_t check_count;

/* For `run`: makes a leaf of each x, has `graph` compute the outputs from them, and walks backward as the
 * trial asks. */
void check_values(Trial *trial, void (*graph)(Value *const *x, Value **y));

/* The same with tensors: x is cut into parameters of the shapes that the case's `x` names, in order;
 * `graph` makes the one result, whose elements are y. */
void check_tensors(Trial *trial, Tensor *(*graph)(Tensor *const *x));

/* For exercises whose gradient is a plain function, vjp(x, dy, dx), which adds to dx. */
void check_vjp(Trial *trial, void (*forward)(const real *x, real *y),
               void (*vjp)(const real *x, const real *dy, real *dx));

#endif
