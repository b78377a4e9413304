/* value/: the scalar engine, chapters 02 to 04. This header is the room's table of contents.
 *
 *   value.c             the Value; the pool that Values live in and die from together
 *   value_add.c ...     one operation a file: add sub mul div pow neg exp log tanh relu sigmoid
 *   value_backward.c    every gradient, in one walk over the graph in reverse topological order
 *   value_check.c       the finite-difference checker for anything made of Values
 *   value_sum.c         a sum of many Values
 *   value_neuron.c, value_layer.c, value_mlp.c    a small neural network, one Value at a time
 *   value_loss.c        softmax and cross-entropy, built from exp and log
 *
 * value/ calls base/ and nothing else.
 */
#ifndef WENGERT_VALUE_H
#define WENGERT_VALUE_H

#include "base/base.h"

/* ---- Value -----------------------------------------------------------------------------------
 * One number of a computation, and what is needed to differentiate through it. A leaf was put in by
 * the program and has no parents; every other Value was computed from one or two others.
 *
 * `grad` is the derivative of the output that value_backward was last called on, with respect to
 * this number. A leaf's starts at 0 and is added to by every backward; the program zeroes it. An
 * interior Value's is NaN until a backward reaches it and is computed anew by each one.
 *
 * Reading the fields is welcome; writing data and grad of a leaf is how parameters are trained. */
typedef struct Value Value;

/* The local backward of an operation: reads out->grad and ADDS its share to each parent's grad. */
typedef void (*ValueBackward)(Value *out);

struct Value {
    real data, grad;
    Value *parents[2];      /* NULL where there is none */
    ValueBackward backward; /* NULL in a leaf */
    uint64_t visit;         /* the walk that saw this Value last; value_backward's own */
};

/* A leaf that lives in the pool. */
Value *value_leaf(real data);

/* A leaf by value, for parameters that outlive the pool: Value w = value_parameter(0.5). The memory
 * is the caller's and must outlast every graph that uses it. */
Value value_parameter(real data);

/* What an operation's constructor ends with: a new Value in the pool, computed from a and b (b is
 * NULL for an operation of one operand), whose gradient `backward` will pass on to them. */
Value *value_make(real data, Value *a, Value *b, ValueBackward backward);

/* ---- the pool --------------------------------------------------------------------------------
 * Values are never freed one at a time. Each thread has its own pool; whatever it made after a mark
 * dies when the mark is released, and the memory is used again. A graph belongs to the thread that
 * made it. Released Values are filled with NaN where arena_set_poison(true) was called. */
typedef struct {
    ArenaMark arena;
    Value *next, *end;
    size_t blocks;
} ValueMark;

ValueMark value_mark(void);
void value_release(ValueMark mark);

/* An array for `count` pointers to Values, in the pool: it dies with them. Contents undefined. */
Value **value_list(size_t count);

size_t value_room(void);    /* no more Values than this are alive in this thread's pool */
size_t value_memory(void);  /* bytes that this thread's pool holds from the system */
void value_free_pool(void); /* gives all of them back; every Value of this thread is dead */

/* ---- operations ------------------------------------------------------------------------------
 * Each computes at once and returns a new Value in the pool; operands may be the same Value. Where
 * the function itself has no value (log of a negative number, division by zero) the result is what
 * the C library says: NaN or an infinity. Formulas: chapter 02. */
Value *value_add(Value *a, Value *b);
Value *value_sub(Value *a, Value *b);
Value *value_mul(Value *a, Value *b);
Value *value_div(Value *a, Value *b);
Value *value_pow(Value *a, real exponent); /* the exponent is a constant: it gets no gradient */
Value *value_neg(Value *a);
Value *value_exp(Value *a);
Value *value_log(Value *a);
Value *value_tanh(Value *a);
Value *value_relu(Value *a); /* at 0, where no derivative exists, 0 is used */
Value *value_sigmoid(Value *a);

/* terms[0] + terms[1] + ..., from left to right; at least one term. */
Value *value_sum(Value *const *terms, size_t count);

/* ---- backward --------------------------------------------------------------------------------
 * Adds to every leaf that `output` was computed from the derivative of `output` with respect to it,
 * and sets grad of every interior Value on the way. A chain of millions is no trouble. */
void value_backward(Value *output);

/* The vector-Jacobian product: as value_backward, for upstream[0] * outputs[0] + upstream[1] *
 * outputs[1] + ... Outputs may depend on one another, and may repeat. */
void value_backward_from(Value *const *outputs, const real *upstream, size_t count);

/* Zeroes the gradients of `count` leaves that lie in a row, as the parameters of a ValueMlp do. */
void value_zero_grad(Value *leaves, size_t count);

/* ---- the checker -----------------------------------------------------------------------------
 * What is to be checked: `graph` computes y[0..outputs) from the leaves x[0..inputs), by Values;
 * `plain` computes the same numbers in plain C, some other way. Both get `context`. */
typedef void (*ValueGraph)(Value *const *x, Value **y, const void *context);
typedef void (*ValuePlain)(const real *x, real *y, const void *context);

typedef struct {
    const char *name; /* of the row; its first word names the operation */
    Value *const *x;
    size_t inputs, outputs;
    ValueGraph graph;
    ValuePlain plain;
    const void *context;
    const real *upstream; /* NULL, as it should be, for random numbers; chapter 03 shows why */
    double tolerance;     /* 0 for the house's 1e-8 */
    const char *why;      /* needed when tolerance is larger */
} ValueCheck;

/* Holds the forward to `plain`, and every derivative to a five-point difference, on zeroed leaves
 * and on leaves that already hold random gradients. In a float build the forward and the gradients
 * are held to those that the double build kept. Rounds each leaf's data to a float first, so that
 * both builds stand at the same point; leaves the gradients zeroed. Chapter 03. */
GateRow value_measure(const ValueCheck *check);

/* value_measure and gate_report, unless --only asks for another row. */
void value_check(const ValueCheck *check);

/* ---- networks --------------------------------------------------------------------------------
 * A neuron with n inputs: activation(w[0] x[0] + ... + w[n-1] x[n-1] + b). Chapter 04. */
typedef enum { VALUE_LINEAR, VALUE_TANH, VALUE_RELU } ValueActivation;

typedef struct {
    size_t inputs;
    ValueActivation activation;
    Value *parameters; /* the weights, then the bias: inputs + 1 leaves, owned by the network */
} ValueNeuron;

typedef struct {
    size_t inputs, outputs;
    ValueNeuron *neurons; /* `outputs` of them, all with the same inputs */
} ValueLayer;

typedef struct {
    size_t layer_count, parameter_count;
    ValueLayer *layers;
    ValueNeuron *neurons; /* of all layers, in order */
    Value *parameters;    /* of all neurons, in order: the one list that training walks */
} ValueMlp;

Value *value_neuron_forward(const ValueNeuron *neuron, Value *const *x);
void value_layer_forward(const ValueLayer *layer, Value *const *x, Value **y);

/* sizes[0] inputs, then layer_count layers with sizes[1], ..., sizes[layer_count] neurons; `hidden`
 * is the activation of all layers but the last, which is linear. Weights are normal with deviation
 * 1/sqrt(inputs), or sqrt(2/inputs) before a relu; biases are 0. Sources: LeCun, Bottou, Orr,
 * Mueller, "Efficient BackProp", 1998; He et al., "Delving deep into rectifiers", 2015.
 * The caller frees it, with all its parameters, by value_mlp_free. */
ValueMlp *value_mlp_make(const size_t *sizes, size_t layer_count, ValueActivation hidden,
                         Random *random);
void value_mlp_free(ValueMlp *mlp);

/* The last layer's outputs, as a value_list. */
Value **value_mlp_forward(const ValueMlp *mlp, Value *const *x);

/* ---- losses ----------------------------------------------------------------------------------
 * Plain formulas: scores beyond about 700 (88 in float) overflow. Chapter 08 takes the largest off
 * first. */

/* exp(scores[i]) / sum over j of exp(scores[j]), for each i, as a value_list. */
Value **value_softmax(Value *const *scores, size_t classes);

/* -log(softmax(scores)[target]), as log(sum over j of exp(scores[j])) - scores[target];
 * target < classes. */
Value *value_cross_entropy(Value *const *scores, size_t classes, size_t target);

#endif
