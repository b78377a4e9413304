/* adamw: Adam with the weight decay kept apart from the gradient. Derived in chapter 14.
 *
 *   p = p - rate decay p                                             where parameter i is decayed
 *   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
 *   p -= [rate / (1 - beta1^t)] m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 *
 * All that depends on the step alone is worked out once, in double; the loop over elements then
 * reads each number once. Sources: Kingma and Ba 2015; Loshchilov and Hutter 2019; the order is that
 * of PyTorch's AdamW. With decay 0 it is adam.c's rule, and the gate holds the two together. */
#include "optim/optim.h"
#include "base/vector.h"

/* Elements in one thread's piece. */
enum { GRAIN = 1 << 14 };

typedef struct {
    real *restrict p, *restrict m, *restrict v;
    const real *restrict g;
    real gradient_scale, epsilon;
    real keep;                       /* 1 - rate decay */
    real beta1, rest1, beta2, rest2; /* rest = 1 - beta */
    real step_size;                  /* rate / (1 - beta1^t) */
    real stretch;                    /* 1 / sqrt(1 - beta2^t) */
} Update;

WIDE static void adamw_update(size_t begin, size_t end, void *context)
{
    const Update u = *(const Update *)context;
    for (size_t i = begin; i < end; i++) {
        real g = u.gradient_scale * u.g[i];
        real m = u.beta1 * u.m[i] + u.rest1 * g;
        real v = u.beta2 * u.v[i] + u.rest2 * g * g;
        u.p[i] = u.keep * u.p[i] - u.step_size * m / (sqrt(v) * u.stretch + u.epsilon);
        u.m[i] = m;
        u.v[i] = v;
    }
}

void adamw_step(AdamW *optimizer, double rate, double gradient_scale)
{
    const AdamSettings *s = &optimizer->settings;
    double t = (double)++optimizer->step;
    double step_size = rate / (1 - pow(s->beta1, t));
    double stretch = 1 / sqrt(1 - pow(s->beta2, t));
    for (int i = 0; i < optimizer->n; i++) {
        Tensor *p = optimizer->parameters[i];
        if (!p->has_grad)
            continue;
        double keep = optimizer->decays[i] ? 1 - rate * s->decay : 1;
        Update u = {.p = p->data, .m = optimizer->first[i], .v = optimizer->second[i], .g = p->grad,
                    .gradient_scale = (real)gradient_scale, .epsilon = (real)s->epsilon,
                    .keep = (real)keep, .beta1 = (real)s->beta1, .rest1 = (real)(1 - s->beta1),
                    .beta2 = (real)s->beta2, .rest2 = (real)(1 - s->beta2),
                    .step_size = (real)step_size, .stretch = (real)stretch};
        parallel_for(p->size, GRAIN, adamw_update, &u);
    }
}
