/* measure: how the chapter's two programs take times. Every piece of work runs once unmeasured;
 * then, round after round, each is measured once in turn, so that what disturbs the machine for a
 * moment disturbs all of them alike. Short work is repeated until one measurement takes
 * MEASURE_LEAST. */
#ifndef WENGERT_MEASURE_H
#define WENGERT_MEASURE_H

#include "show/show.h"

#include <string.h>

static const double MEASURE_LEAST = 0.02; /* seconds */

typedef struct {
    void (*run)(void *context);
    void *context;
    int threads;                /* it runs on */
    size_t repeats;             /* runs in one measurement */
    double seconds[SPREAD_MAX]; /* of one run, one a round */
} Timed;

/* The first run after a change of threads starts them: it is not measured. */
static inline void timed_threads(const Timed *timed)
{
    if (threads_count() == timed->threads)
        return;
    threads_set(timed->threads);
    timed->run(timed->context);
}

static inline double timed_once(const Timed *timed, size_t repeats)
{
    timed_threads(timed);
    double began = seconds_now();
    for (size_t i = 0; i < repeats; i++)
        timed->run(timed->context);
    return (seconds_now() - began) / (double)repeats;
}

static inline void timed_rounds(Timed *all, int count, size_t rounds)
{
    for (int i = 0; i < count; i++) {
        timed_once(&all[i], 1);
        double wanted = MEASURE_LEAST / fmax(timed_once(&all[i], 1), 1e-7);
        all[i].repeats = wanted > 1 ? (size_t)wanted : 1;
    }
    for (size_t round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            all[i].seconds[round] = timed_once(&all[i], all[i].repeats);
}

/* `amount` of one run, by its seconds. */
static inline Spread timed_rate(const Timed *timed, size_t rounds, double amount)
{
    double rates[SPREAD_MAX];
    for (size_t i = 0; i < rounds; i++)
        rates[i] = amount / timed->seconds[i];
    return spread_of(rates, rounds);
}

/* How near it comes to `least`, the seconds of one run that a bound allows, one a round: the median
 * of the rounds' own shares, which compare neighbours in time. */
static inline double timed_share(const Timed *timed, size_t rounds, const double *least)
{
    double shares[SPREAD_MAX];
    for (size_t i = 0; i < rounds; i++)
        shares[i] = least[i] / timed->seconds[i];
    return spread_of(shares, rounds).middle;
}

/* Draws the table in the terminal and as an SVG file, where gnuplot is. */
static inline void measure_draw(const char *script, const char *tsv, const char *out)
{
    fflush(stdout);
    Error error = figure_draw(script, tsv, NULL);
    if (!error.failed)
        error = figure_draw(script, tsv, out);
    if (error.failed)
        printf("  %s; no figure: %s\n", tsv, error.text);
    else
        printf("  %s, %s\n", tsv, out);
}

#endif
