/* Exercise 07-linear-algebra/hunt-gram: out_b = x_b x_b', for every b of a batch.
 *
 * A bug hunt: this whole file is given, and has one mistake, which shows forwards and backwards.
 * With one sequence in the batch every number is right. Find it and mend it. */
#include "gram.h"

typedef struct {
    size_t b, t, c;
} Sizes;

static Sizes sizes_of(const Tensor *x)
{
    if (x->shape.rank != 3)
        shape_mismatch("tensor_gram", x, NULL, "x (B,T,C)");
    return (Sizes){x->shape.dim[0], x->shape.dim[1], x->shape.dim[2]};
}

/* What x.T would be: all axes turned over, into `to`. */
static void turn_over(const real *from, size_t batch, size_t rows, size_t columns, real *to)
{
    for (size_t b = 0; b < batch; b++)
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < columns; c++)
                to[(c * rows + r) * batch + b] = from[(b * rows + r) * columns + c];
}

/* x_b is both factors: as the first it hears dG x_b, as the second (x_b' dG)', which is dG' x_b. */
static void gram_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    Sizes s = sizes_of(x);
    real *turned = tape_alloc(out->size * sizeof *turned);
    turn_over(out->grad, s.b, s.t, s.t, turned);
    GradWrite dx = grad_write(x);
    for (size_t b = 0; b < s.b; b++)
        for (size_t t = 0; t < s.t; t++)
            for (size_t c = 0; c < s.c; c++) {
                real sum = 0;
                for (size_t u = 0; u < s.t; u++) {
                    size_t at = (b * s.t + t) * s.t + u;
                    sum += (out->grad[at] + turned[at]) * x->data[(b * s.t + u) * s.c + c];
                }
                grad_put(dx, (b * s.t + t) * s.c + c, sum);
            }
}

Tensor *tensor_gram(Tensor *x)
{
    Sizes s = sizes_of(x);
    Tensor *out = tensor_result("gram", shape3(s.b, s.t, s.t), gram_backward, 1, &x);
    real *turned = tape_alloc(x->size * sizeof *turned); /* (B,C,T) */
    turn_over(x->data, s.b, s.t, s.c, turned);
    for (size_t b = 0; b < s.b; b++)
        for (size_t t = 0; t < s.t; t++)
            for (size_t u = 0; u < s.t; u++) {
                real sum = 0;
                for (size_t c = 0; c < s.c; c++)
                    sum += x->data[(b * s.t + t) * s.c + c] * turned[(b * s.c + c) * s.t + u];
                out->data[(b * s.t + t) * s.t + u] = sum;
            }
    return out;
}
