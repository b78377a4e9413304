/* tensor/: arrays that remember how they were made. This header is the room's table of contents.
 *
 *   shape.c      shapes, their text, and the messages when they do not fit
 *   tensor.c     making tensors: parameters that last, results that die with the step
 *   tape.c       the Wengert list: recording, marks, no-grad
 *   backward.c   the walk from the end, and how gradients are written
 *   broadcast.c  shapes that stretch, and the sum that undoes it
 *   profile.c    where the time of a step goes, op by op
 *   checkpoint.c what a stretch of the tape made is made again rather than kept
 *   check.c      the finite-difference checker
 *
 * Taught in chapter 05. A tensor is contiguous, row-major and of rank at most 4. Every operation
 * computes at once and appends one node to the tape of its thread; creation order is a topological
 * order, so backward is one walk from the end.
 *
 *     TapeMark mark = tape_mark();
 *     Tensor *loss = ...;
 *     tensor_backward(loss);
 *     ... use the parameters' gradients ...
 *     tape_release(mark);
 */
#ifndef WENGERT_TENSOR_H
#define WENGERT_TENSOR_H

#include "base/base.h"

/* ---- shape ----------------------------------------------------------------------------------- */
enum { RANK_MAX = 4, ALL_AXES = 99 };

/* Rank 0 is a scalar: no axes, one element. */
typedef struct {
    int rank;
    size_t dim[RANK_MAX];
} Shape;

Shape shape0(void);
Shape shape1(size_t a);
Shape shape2(size_t a, size_t b);
Shape shape3(size_t a, size_t b, size_t c);
Shape shape4(size_t a, size_t b, size_t c, size_t d);
size_t shape_size(Shape shape); /* elements; a product that overflows is a broken contract */
bool shape_equal(Shape a, Shape b);
Shape shape_without(Shape shape, int axis);            /* the axis removed */
Shape shape_with(Shape shape, int axis, size_t dim);   /* the axis' dimension replaced */
size_t shape_product(Shape shape, int begin, int end); /* of dimensions begin to end-1 */

/* "(2,3,5)"; in one of a few static buffers of this thread, good for one message. */
const char *shape_text(Shape shape);

/* ---- tensor ---------------------------------------------------------------------------------- */
typedef struct Tensor Tensor;
typedef void (*Backward)(Tensor *out);

struct Tensor {
    Shape shape;
    size_t size;       /* elements */
    real *data;
    real *grad;        /* same shape; NULL until first written; undefined while !has_grad */
    bool wants_grad;   /* a parameter, or made from one while recording */
    bool has_grad;     /* grad holds a value: the next write adds to it */
    bool retain_grad;  /* keep grad after backward has passed */
    const char *op;    /* the operation that made it; NULL for a leaf */
    Backward backward; /* adds into the parents' gradients */
    Tensor **parents;
    int n_parents;
    void *saved;       /* what backward needs besides the parents; on the tape */
    Tensor *previous;  /* the node before this one on the tape */
    size_t place;      /* which node of the tape it is, from 1 on; 0: none */
};

/* A leaf that lasts: data and grad allocated once, zeroed; wants a gradient. Freed by tensor_free. */
Tensor *tensor_parameter(Shape shape);
void tensor_free(Tensor *parameter);

/* A leaf on the tape, dying with its mark; data undefined, or a copy of `values`. Wants no gradient
 * until tensor_want_grad, which belongs under the same mark: the gradient's memory is taken there. */
Tensor *tensor_new(Shape shape);
Tensor *tensor_from(Shape shape, const real *values);
void tensor_want_grad(Tensor *leaf);

/* The dimension of an axis; negative axes count from the end. */
size_t tensor_dim(const Tensor *t, int axis);
/* The value of a tensor of one element. */
real tensor_item(const Tensor *t);
/* A copy on the tape that no gradient flows through. */
Tensor *tensor_detach(const Tensor *t);

/* For operations: the message and the stop when shapes do not fit. Names the op, the shapes and what
 * was expected. */
_Noreturn void shape_mismatch(const char *op, const Tensor *a, const Tensor *b,
                              const char *expected);

/* An axis in [-rank, rank) as one in [0, rank); anything else stops, naming the op. */
int axis_of(const char *op, const Tensor *t, int axis);

/* ---- tape ------------------------------------------------------------------------------------
 * One tape per thread. A mark and its release bracket a step; marks nest. */
typedef struct {
    ArenaMark arena;
    Tensor *last;
} TapeMark;

TapeMark tape_mark(void);
void tape_release(TapeMark mark);
void *tape_alloc(size_t bytes); /* dies with the mark; undefined contents */
bool tape_set_recording(bool on); /* false: no-grad; returns what it was */
bool tape_recording(void);
size_t tape_length(void);       /* nodes on the tape */
size_t tape_capacity(void);     /* bytes that the tape's arena holds from the system */
size_t tape_used(void);         /* bytes of them that are alive */
size_t tape_peak(void);         /* the most that were alive since the tape began or was freed */
void tape_free(void);           /* gives this thread's tape back; every tensor on it is dead */

/* For operations: the result's tensor, data undefined. If recording is on and a parent wants a
 * gradient, it is appended to the tape and `backward` will be called, once, if a gradient reaches
 * it. parents[0..n) are copied; `op` must be a literal. */
Tensor *tensor_result(const char *op, Shape shape, Backward backward, int n,
                      Tensor *const *parents);
/* Puts a result on the tape though no parent wants a gradient: its backward knows of others that
 * may. */
void tape_append(Tensor *out);
/* The same as tensor_result for a result that shares its one parent's data under another shape. */
Tensor *tensor_view(const char *op, Tensor *parent, Shape shape, Backward backward);

/* ---- backward --------------------------------------------------------------------------------
 * Walks the tape from `loss` (one element) to its beginning, adding into the gradient of every leaf
 * that wants one; tensor_backward_from starts from a gradient of out's shape instead of 1. Gradients
 * of results are dropped once used, and their memory is used again, unless retained; a retained one
 * dies with the mark under which backward ran. A second call on the same tape works. */
void tensor_backward(Tensor *loss);
void tensor_backward_from(Tensor *out, const real *gradient);
/* The same along what was recorded since `begin` alone, for a backward that has a tape of its own. */
void tensor_backward_since(TapeMark begin, Tensor *out, const real *gradient);
void tensor_retain_grad(Tensor *t);
void tensor_zero_grad(Tensor *leaf); /* forgets it: the next write is the first */

/* Where a backward writes the gradient of a parent. grad_write is the one function that decides
 * whether a write adds or is the first; call it once for each complete pass over the parent. */
typedef struct {
    real *at;
    int add; /* not a bool: gcc 12 chooses between whole vectors by an int only */
} GradWrite;

GradWrite grad_write(Tensor *parent);
static inline void grad_put(GradWrite grad, size_t i, real value)
{
    real old = grad.at[i]; /* read in both cases: a choice between values, not a branch */
    grad.at[i] = grad.add ? old + value : value;
}
/* The same for backwards that touch some elements, or one twice: zeroed if this is the first. */
real *grad_scatter(Tensor *parent);

/* For a backward that hands out's gradient on as it is, to a parent of out's size: a parent that is a
 * result and has no gradient yet takes the buffer over, unless out's gradient is retained. So it comes
 * last: out->grad may be NULL after it. */
void grad_pass(Tensor *parent, Tensor *out);

/* leaf, of t's size, stands for t: what is written into its gradient is written into t's, and it holds
 * what t's holds already. The caller takes leaf's has_grad over into t's once it is done. */
void grad_lend(Tensor *leaf, Tensor *t);

/* ---- checkpoint --------------------------------------------------------------------------------
 * A segment is a function of operations on x; it draws random numbers from `random` alone, which may
 * be NULL. Its result has x's shape. */
typedef Tensor *(*Segment)(Tensor *x, Random *random, const void *context);

/* into = segment(x), of whose own results nothing is kept, and nothing recorded. into may be x. */
void segment_run(Tensor *into, Tensor *x, Segment segment, const void *context, Random *random);

/* The same as a result with a gradient (Chen et al. 2016): backward runs the segment again, recording,
 * with the numbers that it drew before. Values and gradients are, to the bit, those of segment(x); only
 * where its result is x itself does x's gradient hear the result's other users summed beforehand. The
 * context must live until backward has run. What wants a gradient in the segment is x, or a parameter
 * or another leaf, or is made there: a result from outside is a broken contract. */
Tensor *tensor_checkpoint(Tensor *x, Segment segment, const void *context, Random *random);

/* ---- broadcast -------------------------------------------------------------------------------
 * Shapes are aligned at their last axes; a missing axis, or one of dimension 1, stretches. */
Shape broadcast_shape(const char *op, const Tensor *a, const Tensor *b);
/* t's data stretched to `shape`: t->data itself when it has that shape, else a copy on the tape. */
const real *broadcast_data(const Tensor *t, Shape shape);
/* Adds `full`, a gradient of shape `shape`, into the parent's, summed over what was stretched. */
void broadcast_grad(Tensor *parent, const real *full, Shape shape);

/* ---- profile -----------------------------------------------------------------------------------
 * Off at first. While on, the time from one op's beginning to the next one's is counted for it,
 * forward and backward apart; one profile a thread. profile_set returns what it was. `what` must be a
 * literal; NULL ends the counting until the next op. profile_print writes a table of milliseconds a
 * step, largest first, and begins anew. */
bool profile_set(bool on);
void profile_enter(const char *what, bool backward);
void profile_print(FILE *stream, size_t steps);
/* What was counted so far for the i-th op, from 0 on: its name and its seconds, forward and backward;
 * false when there are no more. */
bool profile_line(int i, const char **what, double seconds[2]);

/* ---- check -----------------------------------------------------------------------------------
 * One row of a gate: every element of every input against a five-point difference, under DESIGN.md's
 * rules 1 to 7. Either `reference` (an independent plain loop, filling `out`, which has the elements
 * of `shape`) or `expected` (committed values) must be given. */
enum { CHECK_INPUTS_MAX = 64 };
typedef struct {
    const char *name;    /* first word: the op */
    Tensor *(*forward)(Tensor *const *in, const void *context);
    const void *context;
    int n;
    Tensor *in[CHECK_INPUTS_MAX]; /* leaves; each is made to want a gradient */
    Shape shape;                  /* of the result */
    void (*reference)(real *out, Tensor *const *in, const void *context);
    const real *expected;
    real step;          /* 0 means 2^-11, about 5e-4 */
    double tolerance;   /* 0 means 1e-8 */
    const char *why;    /* needed for a larger tolerance */
} TensorCheck;

void tensor_check(const TensorCheck *check);

/* Leaves for gates, drawn from the gate's seed and exact in float: normal of this deviation; normal
 * pushed at least `margin` away from 0 (kinks); uniform in [low, high). */
Tensor *check_normal(Shape shape, real deviation);
Tensor *check_away_from_zero(Shape shape, real margin);
Tensor *check_uniform(Shape shape, real low, real high);

#endif
