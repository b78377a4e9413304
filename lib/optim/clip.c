/* clip: one norm for all gradients together, and their scaling to at most a limit. Chapter 14.
 *
 * A rare batch can give a gradient a hundred times the usual one, and one such step undoes many.
 * Scaling every element by the same factor shortens the step and keeps its direction; clipping each
 * element, or each tensor, would turn it. Source: Pascanu, Mikolov and Bengio 2013.
 *
 * Squares are summed in double in pieces of fixed size, and the pieces from the first to the last,
 * so that the norm is the same bits with any number of threads. */
#include "optim/optim.h"
#include "base/vector.h"

enum { PIECE = 1 << 15, PIECES = 256 };

typedef struct {
    const real *g;
    double sum[PIECES];
} Squares;

/* In lanes of doubles, as loop_sum's are of reals; a rest of fewer than LANES comes last. */
WIDE static void sum_squares(size_t begin, size_t end, void *context)
{
    Squares *squares = context;
    const real *g = squares->g;
    double lane[LANES] = {0}, sum = 0;
    size_t whole = end - (end - begin) % LANES;
    for (size_t i = begin; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += (double)g[i + l] * (double)g[i + l];
    for (size_t l = 0; l < LANES; l++)
        sum += lane[l];
    for (size_t i = whole; i < end; i++)
        sum += (double)g[i] * (double)g[i];
    squares->sum[begin / PIECE] = sum;
}

/* Of one tensor, at most PIECES pieces at a time: their sums need no memory but the stack's. */
static double squared_norm(const Tensor *p)
{
    const size_t chunk = (size_t)PIECE * PIECES;
    double total = 0;
    for (size_t begin = 0; begin < p->size; begin += chunk) {
        size_t count = p->size - begin < chunk ? p->size - begin : chunk;
        Squares squares = {.g = p->grad + begin};
        parallel_for(count, PIECE, sum_squares, &squares);
        for (size_t piece = 0; piece * PIECE < count; piece++)
            total += squares.sum[piece];
    }
    return total;
}

double gradients_norm(Tensor *const *parameters, int n)
{
    double total = 0;
    for (int i = 0; i < n; i++)
        if (parameters[i]->has_grad)
            total += squared_norm(parameters[i]);
    return sqrt(total);
}

double clip_scale(double norm, double limit)
{
    require(limit > 0, "clip_scale: expected a limit above 0, found %g", limit);
    double scale = limit / (norm + 1e-6);
    /* Not fmin, which would answer 1 to a NaN and hide it. */
    return scale > 1 ? 1 : scale;
}

typedef struct {
    real *g;
    real by;
} Scaling;

WIDE static void scale_gradient(size_t begin, size_t end, void *context)
{
    const Scaling *s = context;
    for (size_t i = begin; i < end; i++)
        s->g[i] *= s->by;
}

double gradients_clip(Tensor *const *parameters, int n, double limit)
{
    double norm = gradients_norm(parameters, n), scale = clip_scale(norm, limit);
    for (int i = 0; i < n && scale != 1; i++) {
        if (!parameters[i]->has_grad)
            continue;
        Scaling s = {parameters[i]->grad, (real)scale};
        parallel_for(parameters[i]->size, PIECE, scale_gradient, &s);
    }
    return norm;
}
