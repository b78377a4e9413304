/* speculative: a small model guesses ahead, the large one checks all guesses in one forward. The ids
 * are distributed as if the large model had written alone. Derived in chapter 18.
 *
 *   The draft proposes x_1 ... x_k, each drawn from its own q_i. One forward of the target gives
 *   p_1 ... p_{k+1}. In order, x_i is accepted with probability min(1, p_i(x_i) / q_i(x_i)); at the
 *   first that is not, an id is drawn from max(0, p_i - q_i), normalised, and the round ends; when
 *   all are accepted, one more is drawn from p_{k+1}. A round writes 1 to k+1 ids.
 * Sources: Leviathan, Kalman and Matias, "Fast inference from transformers via speculative decoding",
 * ICML 2023; Chen et al., "Accelerating large language model decoding with speculative sampling", 2023. */
#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

/* ---- the verdict on a round ----------------------------------------------------------------------- */
/* An id from max(0, p - q), normalised. */
static int draw_rest(const double *p, const double *q, size_t classes, double uniform)
{
    TapeMark mark = tape_mark();
    double *rest = tape_alloc(classes * sizeof *rest), total = 0;
    for (size_t i = 0; i < classes; i++) {
        rest[i] = p[i] > q[i] ? p[i] - q[i] : 0;
        total += rest[i];
    }
    /* A rejected id has p < q, so another has p > q; only rounding can leave none. */
    int id = total > 0 ? sample_from(rest, classes, total, uniform)
                       : sample_from(p, classes, 1, uniform);
    tape_release(mark);
    return id;
}

Verdict speculative_judge(const double *p, const double *q, size_t classes, const int *proposed,
                          size_t count, const double *uniforms)
{
    for (size_t i = 0; i < count; i++, p += classes, q += classes) {
        int id = proposed[i];
        if (!(uniforms[i] * q[id] < p[id]))
            return (Verdict){i, draw_rest(p, q, classes, uniforms[count])};
    }
    return (Verdict){count, sample_from(p, classes, 1, uniforms[count])};
}

/* ---- rounds --------------------------------------------------------------------------------------- */
struct Speculative {
    Cache *target, *draft;
    size_t tokens, classes;
    double *p, *q;    /* (tokens+1,V), (tokens,V): probabilities */
    double *uniforms; /* tokens + 1 */
};

Speculative *speculative_make(const Gpt2 *model, const Gpt2 *draft, size_t tokens)
{
    size_t classes = model->config.vocab_size;
    require(draft->config.vocab_size == classes,
            "speculative_make: expected a draft of %zu classes as the model has, found %zu",
            classes, draft->config.vocab_size);
    require(tokens >= 1, "speculative_make: expected at least one id a round");
    Speculative *s = memory_alloc(sizeof *s);
    *s = (Speculative){.target = cache_make(model), .draft = cache_make(draft), .tokens = tokens,
                       .classes = classes};
    s->p = memory_alloc((2 * tokens + 1) * classes * sizeof *s->p);
    s->q = s->p + (tokens + 1) * classes;
    s->uniforms = memory_alloc((tokens + 1) * sizeof *s->uniforms);
    return s;
}

void speculative_free(Speculative *s)
{
    if (s == NULL)
        return;
    cache_free(s->target);
    cache_free(s->draft);
    free(s->p);
    free(s->uniforms);
    free(s);
}

static void probabilities(double *p, const real *logits, size_t classes, SampleSettings sampling)
{
    double total = sample_weights(p, logits, classes, sampling);
    for (size_t i = 0; i < classes; i++)
        p[i] /= total;
}

/* k ids after the n, each with what it was drawn from in q. */
static void propose(Speculative *s, int *ids, size_t n, size_t k, SampleSettings sampling,
                    Random *random)
{
    for (size_t i = 0; i < k; i++) {
        TapeMark mark = tape_mark();
        double *q = s->q + i * s->classes;
        probabilities(q, cache_follow(s->draft, ids, n + i, 1)->data, s->classes, sampling);
        ids[n + i] = sample_from(q, s->classes, 1, random_uniform(random));
        tape_release(mark);
    }
}

/* How many may be proposed: the target reads all of a round's ids in one window. */
static size_t proposals(const Speculative *s, size_t n, size_t most)
{
    size_t positions = s->target->model->config.n_positions;
    size_t room = positions - (n - window_begin(n, positions));
    size_t k = most - 1 < s->tokens ? most - 1 : s->tokens;
    return k < room ? k : room;
}

Round speculative_round(Speculative *s, int *ids, size_t n, size_t most, SampleSettings sampling,
                        Random *random)
{
    require(n >= 1 && most >= 1, "speculative_round: expected ids to go on from and room for one");
    size_t k = proposals(s, n, most);
    propose(s, ids, n, k, sampling, random);
    TapeMark mark = tape_mark();
    const Tensor *logits = cache_follow(s->target, ids, n + k, k + 1); /* (k+1,V) */
    for (size_t i = 0; i <= k; i++)
        probabilities(s->p + i * s->classes, logits->data + i * s->classes, s->classes, sampling);
    tape_release(mark);
    for (size_t i = 0; i <= k; i++)
        s->uniforms[i] = random_uniform(random);
    Verdict verdict = speculative_judge(s->p, s->q, s->classes, ids + n, k, s->uniforms);
    n += verdict.accepted;
    ids[n] = verdict.next;
    cache_forget(s->target, n); /* what was read of ids that did not stay */
    cache_forget(s->draft, n);
    return (Round){.written = verdict.accepted + 1, .proposed = k, .accepted = verdict.accepted};
}
