/* checkpoint: what a stretch of the tape made is made again in backward rather than kept. Derived in
 * chapter 20.
 *
 *   y = f(x), where f is a segment: any number of operations. Their backwards need what they computed
 *   on the way, but they need it only when the walk comes back here. So forward keeps x and y alone;
 *   backward computes f(x) once more, recording now, walks back along just that, and lets it go. The
 *   segment's own x is a leaf that lends x's data and x's gradient: what would have been added into
 *   x's gradient is, in the same order, so that no bit differs. Source: Chen et al. 2016. */
#include "tensor/tensor.h"

#include <string.h>

typedef struct {
    Segment segment;
    const void *context;
    Random random; /* as it stood before the segment */
    bool draws;
} Saved;

void segment_run(Tensor *into, Tensor *x, Segment segment, const void *context, Random *random)
{
    bool recording = tape_set_recording(false);
    TapeMark mark = tape_mark();
    const Tensor *y = segment(x, random, context);
    if (!shape_equal(y->shape, into->shape))
        shape_mismatch("segment_run", into, y, "a segment whose result has x's shape");
    memmove(into->data, y->data, y->size * sizeof(real)); /* a segment may give back x itself */
    tape_release(mark);
    tape_set_recording(recording);
}

/* A result that was made outside would get a gradient whose memory dies with the segment. */
static void check_inside(const Tensor *y, const Tensor *last)
{
    size_t outside = last == NULL ? 0 : last->place;
    for (const Tensor *node = y; node != last; node = node->previous)
        for (int i = 0; i < node->n_parents; i++) {
            const Tensor *parent = node->parents[i];
            require(parent->place == 0 || parent->place > outside,
                    "tensor_checkpoint: expected a segment of x, parameters and constants, found %s "
                    "of a result of %s that was made outside of it", node->op, parent->op);
        }
}

/* Walks back from y, made again since `mark`, or writes where there is nothing to walk. */
static void walk_back(TapeMark mark, Tensor *y, Tensor *out)
{
    if (!y->wants_grad)
        return;
    if (y->op == NULL) {
        grad_pass(y, out); /* x itself, or a parameter */
        return;
    }
    require(y->place > (mark.last == NULL ? 0 : mark.last->place),
            "tensor_checkpoint: expected a segment that makes its result, found one of %s that was "
            "made outside of it", y->op);
    check_inside(y, mark.last);
    tensor_backward_since(mark, y, out->grad);
}

static void checkpoint_backward(Tensor *out)
{
    const Saved *saved = out->saved;
    Tensor *x = out->parents[0];
    Random again = saved->random;
    Tensor leaf = {.shape = x->shape, .size = x->size, .data = x->data};
    /* A leaf stands for itself: the segment may know it as a parameter too. */
    bool lent = x->wants_grad && x->op != NULL;
    if (lent)
        grad_lend(&leaf, x); /* before the mark: this memory stays */
    TapeMark mark = tape_mark();
    bool recording = tape_set_recording(true);
    Tensor *in = x->op == NULL ? x : &leaf;
    walk_back(mark, saved->segment(in, saved->draws ? &again : NULL, saved->context), out);
    tape_set_recording(recording);
    tape_release(mark);
    if (lent)
        x->has_grad = leaf.has_grad;
}

Tensor *tensor_checkpoint(Tensor *x, Segment segment, const void *context, Random *random)
{
    Tensor *out = tensor_result("checkpoint", x->shape, checkpoint_backward, 1, &x);
    if (tape_recording() && !out->wants_grad)
        tape_append(out); /* a segment's parameters are not known before it is walked */
    Saved *saved = tape_alloc(sizeof *saved);
    *saved = (Saved){.segment = segment, .context = context, .draws = random != NULL};
    if (random != NULL)
        saved->random = *random;
    out->saved = saved;
    segment_run(out, x, segment, context, random);
    return out;
}
