/* The rows of the walk back: gradients that meet, what is walked and what is not, what is kept, a
 * walk within a walk. Graphs are small, and their gradients whole numbers that must come out
 * exactly. */
#include "gate.h"

#include <string.h>

/* ---- backward: gradients that meet ----------------------------------------------------------- */
void check_meeting(void)
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
void check_unbroadcast(void)
{
    TapeMark mark = tape_mark();
    Tensor *w = wanted(shape2(2, 1), (real[]){2, 1}), *x = wanted(shape1(3), (real[]){1, 2, 3});
    tensor_backward_from(tensor_mul(w, x), (real[]){1, 10, 100, 2, 20, 200});
    check_values("broadcast (2,1)(3): gradient of (2,1)", w->grad, (double[]){321, 642}, 2, 0);
    check_values("broadcast (2,1)(3): gradient of (3)", x->grad, (double[]){4, 40, 400}, 3, 0);
    tape_release(mark);
}

/* ---- backward: what is walked, what is kept -------------------------------------------------- */
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

void check_walk(void)
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

void check_constants(void)
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

void check_retained(void)
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

/* ---- backward: a walk within a walk ---------------------------------------------------------- */
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

void check_walk_within(void)
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
void check_released_gradients(void)
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
