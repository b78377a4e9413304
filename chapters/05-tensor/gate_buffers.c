/* The rows of gradients' memory: backward uses buffers again and hands them on, of one size and of
 * several, poisons what it took back, and leaves alone what is somebody's. */
#include "gate.h"

#include <string.h>

/* ---- backward: buffers used again ------------------------------------------------------------ */
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
void check_reuse_of_scalars(void)
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
    gate_check("backward uses a scalar's buffer again", taken == 2, "%d links, %zu gradients",
               LINKS, taken);
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
void check_given_back(void)
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
void check_reuse(void)
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
void check_sizes(void)
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

/* kept = y + 0 is retained; y has an earlier child, whose share comes after kept handed
 * its own on. */
void check_kept_buffers(void)
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
