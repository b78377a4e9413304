/* adam: each element moves by about the rate, whatever the size of its gradient. Chapter 14.
 *
 *   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2      running means, from zero
 *   m^ = m / (1 - beta1^t),       v^ = v / (1 - beta2^t)             corrected for that start
 *   p -= rate m^ / (sqrt(v^) + epsilon)
 *
 * Written as Kingma and Ba 2015 write it, one line for each of theirs. A decay joins the gradient,
 * as the L2 penalty (decay / 2) |p|^2 would: then v divides it too, and weights with large gradients
 * are decayed least. adamw.c is the cure. */
#include "optim/optim.h"
#include "base/vector.h"

/* Elements in one thread's piece. */
enum { GRAIN = 1 << 14 };

typedef struct {
    real *restrict p, *restrict m, *restrict v;
    const real *restrict g;
    real rate, decay, gradient_scale, epsilon;
    real beta1, rest1, beta2, rest2;      /* rest = 1 - beta */
    real correction1, correction2;        /* 1 - beta^t */
} Update;

WIDE static void adam_update(size_t begin, size_t end, void *context)
{
    const Update u = *(const Update *)context;
    for (size_t i = begin; i < end; i++) {
        real g = u.gradient_scale * u.g[i] + u.decay * u.p[i];
        u.m[i] = u.beta1 * u.m[i] + u.rest1 * g;
        u.v[i] = u.beta2 * u.v[i] + u.rest2 * g * g;
        real mean = u.m[i] / u.correction1, square = u.v[i] / u.correction2;
        u.p[i] -= u.rate * mean / (sqrt(square) + u.epsilon);
    }
}

void adam_step(AdamW *optimizer, double rate, double gradient_scale)
{
    const AdamSettings *s = &optimizer->settings;
    double t = (double)++optimizer->step;
    for (int i = 0; i < optimizer->n; i++) {
        Tensor *p = optimizer->parameters[i];
        if (!p->has_grad)
            continue;
        Update u = {.p = p->data, .m = optimizer->first[i], .v = optimizer->second[i], .g = p->grad,
                    .rate = (real)rate, .decay = (real)(optimizer->decays[i] ? s->decay : 0),
                    .gradient_scale = (real)gradient_scale, .epsilon = (real)s->epsilon,
                    .beta1 = (real)s->beta1, .rest1 = (real)(1 - s->beta1),
                    .beta2 = (real)s->beta2, .rest2 = (real)(1 - s->beta2),
                    .correction1 = (real)(1 - pow(s->beta1, t)),
                    .correction2 = (real)(1 - pow(s->beta2, t))};
        parallel_for(p->size, GRAIN, adam_update, &u);
    }
}
