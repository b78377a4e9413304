/* parity: our engine held to PyTorch. This header is the program's table of contents.
 *
 *   parity.c     the commands
 *   compare.c    groups of tensors, each held to a bound; what is printed and counted
 *   fixture.c    the files that tests/oracle/ writes: every tensor must be asked for, and be there
 *   cases.c      runs a table of cases, forward and every gradient
 *   ops.c        the table of operations
 *   layers.c     the table of layers
 *   optimizer.c  AdamW over ten steps
 *   models.c     whole models: logits, loss, the gradient of every parameter
 *   train.c      one step and a hundred, by gpt2_train itself
 *   hurt.c       a fixture with one thing wrong, to see that the comparison finds it
 *
 * The references come from tests/oracle/README.md's Python programs. Built in both precisions: what
 * trains, in float, is held to PyTorch in float.
 */
#ifndef WENGERT_TESTS_PARITY_H
#define WENGERT_TESTS_PARITY_H

#include "gpt2/gpt2.h"
#include "gpt2/safetensors.h"

/* ---- fixture -----------------------------------------------------------------------------------
 * A file of tensors of which each must be used. Opening one that is broken ends the program. */
typedef struct {
    TensorFile file;
    bool *used; /* as file.entries */
} Fixture;

Fixture fixture_open(const char *path);
/* The entry of this name, now used; NULL when there is none. */
const TensorEntry *fixture_find(Fixture *fixture, const char *name);
Shape fixture_shape(const TensorEntry *entry);
/* Its numbers, allocated: the caller frees. */
real *fixture_values(const Fixture *fixture, const TensorEntry *entry, size_t *count);
/* The same by name, where going on without it makes no sense: ends the program when it is missing. */
real *fixture_need(Fixture *fixture, const char *name, size_t *count);
/* Whole numbers of this name, allocated; ends the program when it is missing. */
int *fixture_ids(Fixture *fixture, const char *name, size_t *count);
/* Every tensor that was never used is a failure of its own. */
void fixture_close(Fixture *fixture);

/* ---- compare -----------------------------------------------------------------------------------
 * RELATIVE: the greatest difference over the reference tensor's greatest magnitude, for each tensor.
 * ABSOLUTE: the greatest difference. An infinity must be there in both. */
typedef enum { RELATIVE, ABSOLUTE } Measure;

typedef struct {
    char name[100];
    Measure measure;
    double bound, worst;
    int tensors;
    bool failed;       /* for another reason than its worst element */
    char detail[1000]; /* the worst element of the worst tensor, or that reason */
} Group;

Group group_begin(const char *name, Measure measure, double bound);
void group_compare(Group *group, Fixture *fixture, const char *tensor, const real *ours, Shape shape);
/* The same with the reference at hand. */
void group_values(Group *group, const char *tensor, const real *ours, const real *reference,
                  Shape shape);
void group_fail(Group *group, const char *format, ...) __attribute__((format(printf, 2, 3)));
void group_end(Group *group); /* prints its line and counts it */
int parity_end(void);         /* prints the closing line; 0 when nothing failed */

/* ---- cases -------------------------------------------------------------------------------------*/
enum { CASE_INPUTS_MAX = 16 };

typedef union {
    Linear linear;
    LayerNorm norm;
    Embedding embedding;
    FeedForward mlp;
    Attention attention;
    Block block;
} Layer;

typedef enum { OPEN, CAUSAL, PADDED, PADDED_CAUSAL } MaskKind;

typedef struct Case Case;
/* One row: what it is called in the fixture, and how it is computed from its inputs, in order. */
typedef struct {
    const char *name;
    Tensor *(*one)(Tensor *x);
    Tensor *(*two)(Tensor *a, Tensor *b);
    int inputs; /* of forward: parameters of a layer not counted */
    Tensor *(*forward)(Case *c);
    void (*make)(Case *c); /* layers: adds parameters "layer.NAME" to c->list */
    BlockSettings settings;
    MaskKind mask;
} CaseKind;

struct Case {
    Fixture *fixture;
    const CaseKind *kind;
    Group group;
    Parameters list;
    Layer layer;
    int n;
    Tensor *in[CASE_INPUTS_MAX]; /* those that are no parameters */
    int graded;
    const char *keys[CASE_INPUTS_MAX]; /* all: NAME/in/KEY and NAME/grad/KEY */
    Tensor *tensors[CASE_INPUTS_MAX];
};

void cases_run(const char *path, const CaseKind *kinds, size_t count, double bound);
/* "CASE/extra/NAME" as numbers on the tape. */
int *case_ids(Case *c, const char *name);
bool *case_flags(Case *c, const char *name);

/* ---- the commands ------------------------------------------------------------------------------*/
typedef struct {
    const char *in, *reference, *out, *text, *name;
    size_t at;
    double bound;
} Arguments;

void ops_command(const Arguments *a);
void layers_command(const Arguments *a);
void adamw_command(const Arguments *a);
void model_command(const Arguments *a);
void folder_command(const Arguments *a);
void export_command(const Arguments *a);
void step_command(const Arguments *a);
void train_command(const Arguments *a);
void curves_command(const Arguments *a);
void same_command(const Arguments *a);
void hurt_command(const Arguments *a);

#endif
