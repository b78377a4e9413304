/* The gate of chapter 05: the tape, the walk back along it, and broadcasting with the sum that
 * undoes it, shown on the four operations this chapter has: add, mul, scale and sum.
 *
 * Each operation's forward is held to plain loops over indices written here, its gradient to
 * five-point differences. The rows after them are about the engine and need no differences: small
 * graphs whose gradients are whole numbers, what is walked and what is not, what lives and what
 * dies, and the same network in the scalar engine of chapter 04. */
#include "ops/ops.h"
#include "value/value.h"

#include <string.h>

/* Numbers found against numbers known; whole numbers must come out exactly in both precisions. */
static void check_values(const char *row, const real *found, const double *known, size_t count,
                         double tolerance)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, gate_error((double)found[i], known[i]));
    gate_check(row, worst <= tolerance, "%8zu  off by %.0e", count, worst);
}

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

/* ---- two operands that stretch -------------------------------------------------------------- */
typedef struct {
    Tensor *(*op)(Tensor *, Tensor *);
    bool product;
    Shape shape; /* of the result */
} Binary;

static Tensor *binary_forward(Tensor *const *in, const void *context)
{
    return ((const Binary *)context)->op(in[0], in[1]);
}

/* The element of t under `index` of a result of rank `rank`, by the definition of broadcasting. */
static real stretched(const Tensor *t, const size_t *index, int rank)
{
    size_t at = 0;
    for (int axis = 0; axis < t->shape.rank; axis++) {
        size_t dim = t->shape.dim[axis];
        at = at * dim + (dim == 1 ? 0 : index[axis + rank - t->shape.rank]);
    }
    return t->data[at];
}

static void binary_reference(real *out, Tensor *const *in, const void *context)
{
    const Binary *b = context;
    size_t size = shape_size(b->shape);
    for (size_t i = 0; i < size; i++) {
        size_t index[RANK_MAX] = {0}, rest = i;
        for (int axis = b->shape.rank - 1; axis >= 0; axis--) {
            index[axis] = rest % b->shape.dim[axis];
            rest /= b->shape.dim[axis];
        }
        real x = stretched(in[0], index, b->shape.rank), y = stretched(in[1], index, b->shape.rank);
        out[i] = b->product ? x * y : x + y;
    }
}

static void check_binary(bool product, Shape a, Shape b, Shape result)
{
    const Binary which = {product ? tensor_mul : tensor_add, product, result};
    char row[80];
    snprintf(row, sizeof row, "%s %s %s", product ? "mul" : "add", shape_text(a), shape_text(b));
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = binary_forward, .context = &which, .n = 2,
                                .in = {check_normal(a, 1), check_normal(b, 1)}, .shape = result,
                                .reference = binary_reference});
    tape_release(mark);
}

static void check_stretching(bool product)
{
    Shape full = shape4(2, 3, 5, 7);
    check_binary(product, full, full, full);
    check_binary(product, full, shape1(7), full);
    check_binary(product, shape2(5, 1), full, full);
    check_binary(product, full, shape4(2, 1, 1, 7), full);
    check_binary(product, full, shape4(1, 3, 5, 1), full);
    check_binary(product, shape4(2, 1, 5, 1), shape3(3, 1, 7), full);
    check_binary(product, shape3(3, 1, 1), full, full);
    check_binary(product, shape2(3, 1), shape2(1, 5), shape2(3, 5));
    check_binary(product, shape0(), shape2(3, 5), shape2(3, 5));
    check_binary(product, shape2(1, 3), shape1(3), shape2(1, 3));
    check_binary(product, shape1(1), shape0(), shape1(1));
}

/* ---- an operand used twice, scale, sum ------------------------------------------------------ */
static Tensor *twice_forward(Tensor *const *in, const void *context)
{
    return ((const Binary *)context)->op(in[0], in[0]);
}

static void twice_reference(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < in[0]->size; i++) {
        real x = in[0]->data[i];
        out[i] = ((const Binary *)context)->product ? x * x : 2 * x;
    }
}

static void check_twice(bool product)
{
    const Binary which = {product ? tensor_mul : tensor_add, product, shape2(3, 5)};
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = product ? "mul (3,5) with itself" : "add (3,5) with itself",
                                .forward = twice_forward, .context = &which, .n = 1,
                                .in = {check_normal(shape2(3, 5), 1)}, .shape = shape2(3, 5),
                                .reference = twice_reference});
    tape_release(mark);
}

static Tensor *scale_forward(Tensor *const *in, const void *context)
{
    const real *by = context;
    return tensor_add(tensor_scale(in[0], by[0]), tensor_scale(in[0], by[1]));
}

static void scale_reference(real *out, Tensor *const *in, const void *context)
{
    const real *by = context;
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = (by[0] + by[1]) * in[0]->data[i];
}

static void check_scale(void)
{
    const real by[2] = {(real)-2.5, (real)0.75};
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "scale (3,7) by -2.5 and by 0.75, added",
                                .forward = scale_forward, .context = by, .n = 1,
                                .in = {check_normal(shape2(3, 7), 1)}, .shape = shape2(3, 7),
                                .reference = scale_reference});
    tape_release(mark);
}

static Tensor *sum_forward(Tensor *const *in, const void *context)
{
    return tensor_sum(in[0], *(const int *)context);
}

/* Inputs are (2,3,5,7): every element is added to the place its index has without the axis. */
static void sum_reference(real *out, Tensor *const *in, const void *context)
{
    static const size_t dim[4] = {2, 3, 5, 7};
    int axis = *(const int *)context;
    axis = axis < 0 ? axis + 4 : axis;
    size_t size = axis == ALL_AXES ? 1 : in[0]->size / dim[axis];
    for (size_t i = 0; i < size; i++)
        out[i] = 0;
    for (size_t i = 0; i < in[0]->size; i++) {
        const size_t index[4] = {i / 105, i / 35 % 3, i / 7 % 5, i % 7};
        size_t at = 0;
        for (int a = 0; a < 4 && axis != ALL_AXES; a++)
            at = a == axis ? at : at * dim[a] + index[a];
        out[at] += in[0]->data[i];
    }
}

/* Numbers whose sum is not near 0, where a float would keep few of its digits. */
static void check_sum(int axis, Shape result)
{
    char row[80];
    if (axis == ALL_AXES)
        snprintf(row, sizeof row, "sum (2,3,5,7) over all axes");
    else
        snprintf(row, sizeof row, "sum (2,3,5,7) over axis %d", axis);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = row, .forward = sum_forward, .context = &axis, .n = 1,
                                .in = {check_uniform(shape4(2, 3, 5, 7), (real)-0.2, 1)},
                                .shape = result, .reference = sum_reference});
    tape_release(mark);
}

static void check_sums(void)
{
    check_sum(0, shape3(3, 5, 7));
    check_sum(1, shape3(2, 5, 7));
    check_sum(2, shape3(2, 3, 7));
    check_sum(3, shape3(2, 3, 5));
    check_sum(-3, shape3(2, 5, 7));
    check_sum(ALL_AXES, shape0());
}

/* ---- backward: gradients that meet ---------------------------------------------------------- */
static void check_meeting(void)
{
    const real values[3] = {(real)-1.5, 2, 0.5};
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(3), values);
    tensor_backward(tensor_sum(tensor_add(tensor_scale(x, 2), tensor_scale(x, 3)), ALL_AXES));
    check_values("backward 2x + 3x: slope 5", x->grad, (double[]){5, 5, 5}, 3, 0);

    x = wanted(shape1(3), values);
    tensor_backward(tensor_sum(tensor_mul(tensor_mul(x, x), x), ALL_AXES));
    check_values("backward x x x: slope 3x^2", x->grad, (double[]){6.75, 12, 0.75}, 3, 0);

    /* y = x^2 has three children; it must wait for all of them: y^2 + 2y + xy at 3 is 126. */
    x = wanted(shape0(), (real[]){3});
    Tensor *y = tensor_mul(x, x);
    Tensor *z = tensor_add(tensor_add(tensor_mul(y, y), tensor_scale(y, 2)), tensor_mul(x, y));
    tensor_backward(z);
    const real found[2] = {tensor_item(z), x->grad[0]};
    check_values("backward y^2 + 2y + xy, y = x^2", found, (double[]){126, 147}, 2, 0);
    tape_release(mark);
}

/* The sum that undoes broadcasting: w (2,1) times x (3) is (2,3). */
static void check_unbroadcast(void)
{
    TapeMark mark = tape_mark();
    Tensor *w = wanted(shape2(2, 1), (real[]){2, 1}), *x = wanted(shape1(3), (real[]){1, 2, 3});
    tensor_backward_from(tensor_mul(w, x), (real[]){1, 10, 100, 2, 20, 200});
    check_values("broadcast (2,1)(3): gradient of (2,1)", w->grad, (double[]){321, 642}, 2, 0);
    check_values("broadcast (2,1)(3): gradient of (3)", x->grad, (double[]){4, 40, 400}, 3, 0);
    tape_release(mark);
}

/* ---- a network, for the rows that follow ---------------------------------------------------- */
enum { SAMPLES = 5, INPUTS = 2, HIDDEN = 3 };
enum { X, W, B, V, C, NETWORK };

/* Mean of (v . (x w + b)^2 + c)^2: a matrix product as a broadcast product and a sum, squares as
 * activation. x (5,2,1), w (2,3), b (3), v (3), c a scalar. */
static Tensor *network_forward(Tensor *const *in, const void *context)
{
    (void)context;
    Tensor *h = tensor_add(tensor_sum(tensor_mul(in[X], in[W]), 1), in[B]); /* (5,3) */
    Tensor *squared = tensor_mul(h, h);
    Tensor *y = tensor_add(tensor_sum(tensor_mul(squared, in[V]), -1), in[C]); /* (5) */
    return tensor_scale(tensor_sum(tensor_mul(y, y), ALL_AXES), (real)1 / SAMPLES);
}

static void network_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    *out = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        real y = in[C]->data[0];
        for (size_t j = 0; j < HIDDEN; j++) {
            real h = in[B]->data[j];
            for (size_t i = 0; i < INPUTS; i++)
                h += in[X]->data[s * INPUTS + i] * in[W]->data[i * HIDDEN + j];
            y += in[V]->data[j] * h * h;
        }
        *out += y * y / SAMPLES;
    }
}

static void network_draw(Tensor **in)
{
    in[X] = check_normal(shape3(SAMPLES, INPUTS, 1), 1);
    in[W] = check_normal(shape2(INPUTS, HIDDEN), (real)0.5);
    in[B] = check_normal(shape1(HIDDEN), (real)0.5);
    /* Outputs above 0: sums over the samples must not cancel down to a float's last digits. */
    in[V] = check_uniform(shape1(HIDDEN), (real)0.2, 1);
    in[C] = check_uniform(shape0(), (real)0.5, 1);
}

static void network_zero(Tensor *const *in)
{
    for (int k = 0; k < NETWORK; k++)
        tensor_zero_grad(in[k]);
}

/* All gradients one after the other; returns how many numbers that is. */
static size_t network_gradients(Tensor *const *in, real *out)
{
    size_t count = 0;
    for (int k = 0; k < NETWORK; count += in[k]->size, k++)
        memcpy(out + count, in[k]->grad, in[k]->size * sizeof *out);
    return count;
}

static void check_repeats(Tensor *const *in)
{
    real first[64], now[64];
    TapeMark mark = tape_mark();
    Tensor *loss = network_forward(in, NULL);
    network_zero(in);
    tensor_backward(loss);
    size_t count = network_gradients(in, first);
    network_zero(in);
    tensor_backward(loss);
    network_gradients(in, now);
    gate_check("backward again, zeroed", memcmp(now, first, count * sizeof *now) == 0,
               "%8zu  the same bits", count);
    tensor_backward(loss);
    network_gradients(in, now);
    double twice[64];
    for (size_t i = 0; i < count; i++)
        twice[i] = 2 * (double)first[i];
    /* To round-off: a sum that goes on from what is there rounds elsewhere than one from 0. */
    check_values("backward again, not zeroed: twice", now, twice, count,
                 gate_is_float() ? 1e-4 : 1e-12);
    tape_release(mark);
    network_zero(in);
    tensor_backward(network_forward(in, NULL));
    network_gradients(in, now);
    gate_check("backward on a new tape, zeroed", memcmp(now, first, count * sizeof *now) == 0,
               "%8zu  the same bits", count);
    tape_release(mark);
}

/* ---- backward: what is walked, what is kept ------------------------------------------------- */
static int runs; /* of counted_backward */

static void counted_backward(Tensor *out)
{
    runs++;
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, out->grad[i]);
}

/* y = x, and its backward counts how often it runs. */
static Tensor *counted(Tensor *x)
{
    Tensor *out = tensor_result("counted", x->shape, counted_backward, 1, &x);
    memcpy(out->data, x->data, x->size * sizeof(real));
    return out;
}

static void check_walk(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){1, 2});
    Tensor *y = counted(x);
    Tensor *dead = counted(y);
    Tensor *loss = tensor_sum(tensor_add(tensor_mul(y, y), y), ALL_AXES);
    Tensor *later = counted(loss);
    runs = 0;
    tensor_backward(loss);
    gate_check("backward runs each node once", runs == 1, "%d of 3 counted nodes", runs);
    gate_check("backward leaves dead nodes alone", dead->grad == NULL && later->grad == NULL,
               "one beside the loss, one after it");
    check_values("backward past dead nodes", x->grad, (double[]){3, 5}, 2, 0);
    tape_release(mark);
}

static void check_constants(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){1, 2}),
           *constant = tensor_from(shape1(2), (real[]){3, 4});
    tensor_backward(tensor_sum(tensor_mul(constant, tensor_mul(x, constant)), ALL_AXES));
    gate_check("backward gives a constant nothing", constant->grad == NULL && !constant->has_grad,
               "no gradient made");
    check_values("backward beside constants", x->grad, (double[]){9, 16}, 2, 0);

    tensor_zero_grad(x);
    Tensor *held = tensor_detach(tensor_mul(x, x));
    tensor_backward(tensor_sum(tensor_mul(x, held), ALL_AXES));
    check_values("backward stops at a detached copy", x->grad, (double[]){1, 4}, 2, 0);
    tape_release(mark);
}

static void check_retained(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){1, 2});
    Tensor *dropped = tensor_scale(x, 2), *kept = tensor_scale(dropped, 3);
    Tensor *loss = tensor_sum(tensor_mul(kept, kept), ALL_AXES);
    tensor_retain_grad(kept);
    tensor_backward(loss);
    tensor_backward(loss);
    gate_check("backward drops gradients of results", !dropped->has_grad && !loss->has_grad,
               "once used");
    check_values("backward keeps a retained one", kept->grad, (double[]){12, 24}, 2, 0);
    gate_check("backward says that it kept it", kept->has_grad, "has_grad");
    check_values("backward twice adds in the leaf", x->grad, (double[]){144, 288}, 2, 0);
    tape_release(mark);
}

/* ---- backward: buffers used again ------------------------------------------------------------- */
enum { WIDE_SIZE = 1000, LINKS = 20 };

/* How many gradients of WIDE_SIZE a walk took from the tape. */
static double taken_by(Tensor *out, const real *gradient)
{
    size_t before = tape_used();
    tensor_backward_from(out, gradient);
    return (double)(tape_used() - before) / (WIDE_SIZE * sizeof(real));
}

static bool all_are(const real *values, size_t count, real known)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] != known)
            return false;
    return true;
}

/* A chain of scalars takes two buffers, of the least that the tape hands out. */
static void check_reuse_of_scalars(void)
{
    TapeMark mark = tape_mark();
    size_t first = tape_used();
    tape_alloc(1);
    size_t least = tape_used() - first;
    Tensor *y = wanted(shape0(), (real[]){3});
    for (int i = 0; i < LINKS; i++)
        y = tensor_scale(y, 1);
    first = tape_used();
    tensor_backward(y);
    size_t taken = (tape_used() - first) / least;
    gate_check("backward uses a scalar's buffer again", taken == 2, "%d links, %zu gradients", LINKS,
               taken);
    tape_release(mark);
}

/* y = x, whose backward looks at the memory that it gets and remembers the memory it has. */
static struct {
    bool unwritten; /* all NaN each time */
    const real *given_back;
} seen;

static void witness_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        seen.unwritten = seen.unwritten && isnan(dx.at[i]);
    memcpy(dx.at, out->grad, out->size * sizeof(real));
    seen.given_back = out->grad;
}

static Tensor *witness(Tensor *x)
{
    return tensor_result("witness", x->shape, witness_backward, 1, &x);
}

/* Who reads a gradient that was given back, or not yet written, reads NaN. */
static void check_given_back(void)
{
    TapeMark mark = tape_mark();
    real *zeros = tape_alloc(WIDE_SIZE * sizeof *zeros);
    memset(zeros, 0, WIDE_SIZE * sizeof *zeros);
    Tensor *y = tensor_scale(wanted(shape1(WIDE_SIZE), zeros), 1);
    seen.unwritten = true;
    tensor_backward_from(witness(witness(witness(witness(y)))), zeros);
    bool dead = true;
    for (size_t i = 64 / sizeof(real); i < WIDE_SIZE; i++) /* in front the tape may keep notes */
        dead = dead && isnan(seen.given_back[i]);
    gate_check("backward poison: given back is NaN", dead, "all but the first bytes");
    gate_check("backward poison: taken again is NaN", seen.unwritten, "4 gradients");
    tape_release(mark);
}

/* Three buffers are two alive at once and what the arena adds to each. */
static void check_reuse(void)
{
    TapeMark mark = tape_mark();
    real *ones = tape_alloc(WIDE_SIZE * sizeof *ones);
    for (size_t i = 0; i < WIDE_SIZE; i++)
        ones[i] = 1;
    Tensor *x = wanted(shape1(WIDE_SIZE), ones), *still = tensor_from(shape1(WIDE_SIZE), ones);
    real *own = x->grad;
    Tensor *chain = tensor_scale(x, 1), *sums = tensor_add(x, still);
    for (int i = 0; i < LINKS; i++) {
        chain = tensor_scale(chain, i % 2 == 0 ? 2 : 0.5);
        sums = tensor_add(sums, still);
    }
    double again = taken_by(chain, ones);
    bool right = all_are(x->grad, WIDE_SIZE, 1);
    tensor_zero_grad(x);
    double passed = taken_by(sums, ones);
    right = right && all_are(x->grad, WIDE_SIZE, 1);
    gate_check("backward uses buffers again", right && again < 3, "%d links, %.1f gradients", LINKS,
               again);
    gate_check("backward hands buffers on", right && passed < 2, "%d sums, %.1f gradients", LINKS,
               passed);
    gate_check("backward leaves leaves their own", x->grad == own, "the same memory");
    tape_release(mark);
}

/* Buffers of other sizes lie ready: 12 elements, 3, and 1. x (4,3), each row's sum times 2, and so
 * on: the loss is the sum of (x + a + a) y with a = 2 x, y (4,1) the rows' sums, twice. */
static void check_sizes(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape2(4, 3), (real[]){1, 2, 0, 3, 1, 1, 0, 0, 2, 2, 2, 2});
    Tensor *a = tensor_scale(x, 2), *b = tensor_add(a, a); /* 4x */
    Tensor *row = tensor_add(tensor_sum(x, 0), tensor_scale(tensor_sum(b, 0), 2)); /* 9 (3) */
    Tensor *all = tensor_scale(tensor_sum(tensor_add(x, b), ALL_AXES), 3);         /* 15 sum x */
    Tensor *loss = tensor_add(tensor_sum(tensor_mul(row, row), ALL_AXES), tensor_mul(all, all));
    tensor_backward(loss);
    double known[12]; /* 2 * 81 * column's sum + 2 * 225 * sum of all */
    for (int i = 0; i < 12; i++)
        known[i] = 162 * (i % 3 == 0 ? 6 : 5) + 450 * 16;
    check_values("backward with buffers of several sizes", x->grad, known, 12, 0);
    tape_release(mark);
}

/* kept = y + 0 is retained; y has an earlier child, whose share comes after kept handed its own on. */
static void check_kept_buffers(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){1, 2}), *none = tensor_from(shape1(2), (real[]){0, 0});
    Tensor *y = tensor_scale(x, 3), *early = tensor_scale(y, 10), *kept = tensor_add(y, none);
    Tensor *twice = tensor_add(kept, kept); /* both operands one result */
    tensor_retain_grad(kept);
    tensor_backward_from(tensor_add(twice, early), (real[]){1, 5});
    const real *found = kept->grad == NULL ? none->data : kept->grad;
    check_values("backward keeps what others would take", found, (double[]){2, 10}, 2, 0);
    check_values("backward beside a retained one", x->grad, (double[]){36, 180}, 2, 0);
    tensor_zero_grad(x);
    tensor_backward_from(tensor_add(tensor_add(y, early), y), (real[]){1, 5});
    check_values("backward adds to one that was written", x->grad, (double[]){36, 180}, 2, 0);
    tape_release(mark);
}

/* ---- backward: a walk within a walk ----------------------------------------------------------- */
/* y = 6 x; backward finds it by a tape of its own, which it then lets go. */
static void inner_backward(Tensor *out)
{
    Tensor *x = out->parents[0], leaf = {.shape = x->shape, .size = x->size, .data = x->data};
    grad_lend(&leaf, x);
    TapeMark mark = tape_mark();
    tensor_backward_since(mark, tensor_scale(tensor_scale(&leaf, 2), 3), out->grad);
    tape_release(mark);
    x->has_grad = leaf.has_grad;
}

static Tensor *inner(Tensor *x)
{
    Tensor *out = tensor_result("inner", x->shape, inner_backward, 1, &x);
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = 6 * x->data[i];
    return out;
}

static void check_walk_within(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){1, 2}), *before = counted(x);
    TapeMark middle = tape_mark();
    runs = 0;
    tensor_backward_since(middle, tensor_scale(before, 2), (real[]){1, 5});
    gate_check("backward since a mark stops there", runs == 0 && before->has_grad && !x->has_grad,
               "%d runs before it", runs);
    /* After the inner walk more gradients are alive at once than it had: 6 (2 + 6 + 12 + 20) x. */
    Tensor *term[4];
    for (int k = 0; k < 4; k++)
        term[k] = tensor_scale(x, (real)(k + 1));
    for (int k = 0; k < 4; k++)
        term[k] = tensor_scale(term[k], (real)(k + 2));
    Tensor *y = tensor_add(tensor_add(term[0], term[1]), tensor_add(term[2], term[3]));
    tensor_backward_from(tensor_scale(inner(y), 2), (real[]){1, 5});
    check_values("backward within backward", x->grad, (double[]){480, 2400}, 2, 0);
    tape_release(mark);
}

/* A second walk must not write where the first walk's gradients were: that memory was released, and
 * by then belongs to somebody else. */
static void check_released_gradients(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), (real[]){1, 2});
    Tensor *loss = tensor_sum(tensor_mul(tensor_scale(x, 2), x), ALL_AXES);
    TapeMark inner = tape_mark();
    tensor_backward(loss);
    tape_release(inner);
    real bystanders[16] = {0};
    Tensor *others[4];
    for (int k = 0; k < 4; k++)
        others[k] = tensor_from(shape1(16), bystanders);
    tensor_backward(loss);
    bool untouched = true;
    for (int k = 0; k < 4; k++)
        untouched = untouched && memcmp(others[k]->data, bystanders, sizeof bystanders) == 0;
    gate_check("backward writes only what is alive", untouched, "4 bystanders untouched");
    check_values("backward after a release", x->grad, (double[]){8, 16}, 2, 0);
    tape_release(mark);
}

/* ---- tape ----------------------------------------------------------------------------------- */
static void check_recording(Tensor *const *in)
{
    TapeMark mark = tape_mark();
    size_t before = tape_length();
    bool was = tape_set_recording(false);
    Tensor *silent = network_forward(in, NULL);
    size_t without = tape_length() - before;
    bool was_off = tape_set_recording(was);
    Tensor *loud = network_forward(in, NULL);
    gate_check("tape no-grad records nothing",
               was && !was_off && without == 0 && !silent->wants_grad, "%zu nodes", without);
    gate_check("tape no-grad computes the same",
               memcmp(silent->data, loud->data, sizeof(real)) == 0, "%8d  the same bits", 1);
    gate_check("tape records one node an operation",
               tape_length() - before == 10 && loud->wants_grad, "%zu nodes",
               tape_length() - before);
    tape_release(mark);
    gate_check("tape is as long as at its mark", tape_length() == before, "after a release");
}

static void check_memory(Tensor *const *in)
{
    size_t at_step_2 = 0;
    for (int step = 1; step <= 100; step++) {
        TapeMark mark = tape_mark();
        network_zero(in);
        tensor_backward(network_forward(in, NULL));
        tape_alloc(3 << 19); /* more than the first chunk holds: this goes into a second one */
        tape_release(mark);
        if (step == 2)
            at_step_2 = tape_capacity();
    }
    gate_check("tape memory at step 100 is step 2's", tape_capacity() == at_step_2, "%zu kB",
               at_step_2 / 1024);
    TapeMark mark = tape_mark();
    Tensor *t = tensor_new(shape1(3));
    bool fresh = isnan(t->data[0]) && isnan(t->data[2]);
    const real *data = tensor_from(shape1(2), (real[]){1, 2})->data;
    tape_release(mark);
    /* The memory is still the tape's; only its contents are gone. */
    gate_check("tape poison: unwritten and dead are NaN", fresh && isnan(data[0]) && isnan(data[1]),
               "unwritten, released");
}

/* ---- both engines --------------------------------------------------------------------------- */
static Value *scalar_network(Value *const *x, Value *const *w, Value *const *b, Value *const *v,
                             Value *c)
{
    Value *terms[SAMPLES];
    for (size_t s = 0; s < SAMPLES; s++) {
        Value *y = c;
        for (size_t j = 0; j < HIDDEN; j++) {
            Value *h = b[j];
            for (size_t i = 0; i < INPUTS; i++)
                h = value_add(h, value_mul(x[s * INPUTS + i], w[i * HIDDEN + j]));
            y = value_add(y, value_mul(v[j], value_mul(h, h)));
        }
        terms[s] = value_mul(y, y);
    }
    return value_mul(value_sum(terms, SAMPLES), value_leaf((real)1 / SAMPLES));
}

static void check_engines(Tensor *const *in)
{
    TapeMark mark = tape_mark();
    ValueMark values = value_mark();
    Value **leaves[NETWORK];
    for (int k = 0; k < NETWORK; k++) {
        leaves[k] = value_list(in[k]->size);
        for (size_t i = 0; i < in[k]->size; i++)
            leaves[k][i] = value_leaf(in[k]->data[i]);
    }
    Value *scalar = scalar_network(leaves[X], leaves[W], leaves[B], leaves[V], leaves[C][0]);
    value_backward(scalar);
    network_zero(in);
    Tensor *loss = network_forward(in, NULL);
    tensor_backward(loss);
    double worst = gate_error((double)tensor_item(loss), (double)scalar->data);
    size_t count = 1;
    for (int k = 0; k < NETWORK; count += in[k]->size, k++)
        for (size_t i = 0; i < in[k]->size; i++)
            worst = fmax(worst, gate_error((double)in[k]->grad[i], (double)leaves[k][i]->grad));
    gate_check("network in Values and in tensors", worst <= (gate_is_float() ? 1e-4 : 1e-12),
               "%8zu  to %s", count, gate_is_float() ? "1e-4" : "1e-12");
    value_release(values);
    tape_release(mark);
    value_free_pool();
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "05-tensor");
    check_stretching(false);
    check_twice(false);
    check_stretching(true);
    check_twice(true);
    check_scale();
    check_sums();
    check_unbroadcast();
    check_meeting();
    check_walk();
    check_constants();
    check_retained();
    check_reuse();
    check_reuse_of_scalars();
    check_given_back();
    check_sizes();
    check_kept_buffers();
    check_walk_within();
    check_released_gradients();

    TapeMark mark = tape_mark();
    Tensor *in[NETWORK];
    network_draw(in);
    TensorCheck network = {.name = "network (5,2) to (3) to one, squares",
                           .forward = network_forward,
                           .n = NETWORK,
                           .shape = shape0(),
                           .reference = network_reference};
    memcpy(network.in, in, sizeof in);
    tensor_check(&network);
    for (int k = 0; k < NETWORK; k++)
        tensor_want_grad(in[k]);
    check_engines(in);
    check_repeats(in);
    check_recording(in);
    check_memory(in);
    tape_release(mark);
    tape_free();
    return gate_end();
}
