/* exact: the distribution that speculative decoding writes, without drawing anything.
 *
 * A toy in place of two models: tables p and q of what follows, given the last id and the place. For
 * each run of proposals, whose probability q tells, speculative_judge is asked what it decides. It is
 * a function of numbers that are uniform in [0, 1), and as one of them grows, an id goes from accepted
 * to rejected, or the drawn id to a later one, and never back. So the share of [0, 1) that leads to a
 * decision is found by halving, to the last bit, and products and sums of such shares are the exact
 * probability of each text. Chapter 18 proves that it is the target's own. */
#ifndef WENGERT_EXACT_H
#define WENGERT_EXACT_H

#include "gpt2/gpt2.h"

#include <string.h>

enum { TOY_CLASSES = 5, TOY_LENGTH = 4, TOY_TEXTS = 625 }; /* 5^4 texts */

typedef struct {
    size_t classes, proposed, length; /* V, ids proposed in a round, ids in a text */
    double p[TOY_LENGTH][TOY_CLASSES][TOY_CLASSES]; /* [place][last id][id] */
    double q[TOY_LENGTH][TOY_CLASSES][TOY_CLASSES];
    double texts[TOY_TEXTS]; /* the probability of each, as it adds up */
} Toy;

/* One round's proposals, and the tables' rows along them. */
typedef struct {
    size_t classes, count;
    int ids[TOY_LENGTH];
    double p[TOY_LENGTH * TOY_CLASSES], q[TOY_LENGTH * TOY_CLASSES];
    double uniforms[TOY_LENGTH];
} ToyRound;

static const double ALMOST_ONE = 1 - 0x1p-53;

/* Whether, with uniforms[which] = u, more than `accepted` ids are accepted, or, when which is the
 * last number, the id drawn is at most `id`. Both end as u grows. */
static bool toy_still(ToyRound *round, size_t which, double u, size_t accepted, int id)
{
    round->uniforms[which] = u;
    Verdict verdict = speculative_judge(round->p, round->q, round->classes, round->ids, round->count,
                                        round->uniforms);
    return which < round->count ? verdict.accepted > accepted : verdict.next <= id;
}

/* The share of [0, 1) in which it holds. */
static double toy_share(ToyRound *round, size_t which, size_t accepted, int id)
{
    double low = 0, high = ALMOST_ONE;
    if (!toy_still(round, which, low, accepted, id))
        return 0;
    if (toy_still(round, which, high, accepted, id))
        return 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (toy_still(round, which, middle, accepted, id))
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void toy_write(Toy *toy, size_t place, int last, size_t text, double probability);

/* After `accepted` of the proposals, with this probability: each id that may be drawn. */
static void toy_draw(Toy *toy, ToyRound *round, size_t place, size_t text, size_t accepted,
                     double probability)
{
    double below = 0;
    for (size_t i = 0; i < accepted; i++)
        text = text * toy->classes + (size_t)round->ids[i];
    for (size_t id = 0; id < toy->classes; id++) {
        double up_to = toy_share(round, round->count, 0, (int)id);
        toy_write(toy, place + accepted + 1, (int)id, text * toy->classes + id,
                  probability * (up_to - below));
        below = up_to;
    }
}

/* All verdicts on one run of proposals. */
static void toy_judge(Toy *toy, ToyRound *round, size_t place, size_t text, double probability)
{
    memset(round->uniforms, 0, sizeof round->uniforms);
    for (size_t i = 0; i < round->count; i++) {
        double accepted = toy_share(round, i, i, 0);
        round->uniforms[i] = ALMOST_ONE;
        if (accepted < 1)
            toy_draw(toy, round, place, text, i, probability * (1 - accepted));
        round->uniforms[i] = 0;
        probability *= accepted;
        if (probability == 0)
            return;
    }
    toy_draw(toy, round, place, text, round->count, probability);
}

/* Every run of proposals from the i-th on. */
static void toy_propose(Toy *toy, ToyRound *round, size_t i, size_t place, int last, size_t text,
                        double probability)
{
    size_t row = toy->classes * sizeof(double);
    memcpy(round->p + i * toy->classes, toy->p[place + i][last], row);
    if (i == round->count) {
        toy_judge(toy, round, place, text, probability);
        return;
    }
    memcpy(round->q + i * toy->classes, toy->q[place + i][last], row);
    for (int id = 0; id < (int)toy->classes; id++) {
        round->ids[i] = id;
        double q = toy->q[place + i][last][id];
        if (q > 0)
            toy_propose(toy, round, i + 1, place, id, text, probability * q);
    }
}

/* All ways to go on from a text whose last id stands before `place`. */
static void toy_write(Toy *toy, size_t place, int last, size_t text, double probability)
{
    if (probability == 0)
        return;
    if (place == toy->length) {
        toy->texts[text] += probability;
        return;
    }
    size_t left = toy->length - place - 1;
    ToyRound round = {.classes = toy->classes,
                      .count = left < toy->proposed ? left : toy->proposed};
    toy_propose(toy, &round, 0, place, last, text, probability);
}

/* The target's own probability of a text. */
static double toy_expected(const Toy *toy, size_t text)
{
    double probability = 1;
    size_t digit = 1, last = 0;
    for (size_t i = 1; i < toy->length; i++)
        digit *= toy->classes;
    for (size_t place = 0; place < toy->length; place++, digit /= toy->classes) {
        size_t id = text / digit % toy->classes;
        probability *= toy->p[place][last][id];
        last = id;
    }
    return probability;
}

/* The greatest difference, over all texts, of what is written and what the target alone writes. */
static double toy_worst_difference(Toy *toy)
{
    double worst = 0;
    size_t texts = 1;
    for (size_t i = 0; i < toy->length; i++)
        texts *= toy->classes;
    memset(toy->texts, 0, sizeof toy->texts);
    toy_write(toy, 0, 0, 0, 1);
    for (size_t text = 0; text < texts; text++)
        worst = fmax(worst, fabs(toy->texts[text] - toy_expected(toy, text)));
    return worst;
}

/* How many of its proposals the first round accepts, on average: the i-th stays when all before it
 * did, with probability sum over ids of min(p, q). */
static double toy_round_accepted(const Toy *toy)
{
    double reach[TOY_CLASSES] = {1}, mean = 0; /* all accepted so far, and the last was this id */
    for (size_t i = 0; i < toy->proposed; i++) {
        double next[TOY_CLASSES] = {0};
        for (size_t last = 0; last < toy->classes; last++)
            for (size_t id = 0; id < toy->classes; id++)
                next[id] += reach[last] * fmin(toy->p[i][last][id], toy->q[i][last][id]);
        for (size_t id = 0; id < toy->classes; id++)
            mean += next[id];
        memcpy(reach, next, sizeof reach);
    }
    return mean;
}

#endif
