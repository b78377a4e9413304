/* rounds: competitors in turn, and what their numbers say together. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Threads of an OpenMP library spin for some milliseconds after their last loop: nobody is measured
 * while they do. */
static void let_settle(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
}

static void warm_up(const Bench *bench, Worker *worker)
{
    double seconds = worker_time(bench, worker, 1);
    if (seconds < 0)
        return;
    if (seconds > bench->patience / 2) {
        worker->seconds[worker->count++] = seconds;
        worker_end(bench, worker);
        return;
    }
    /* The first run pays for pages and caches: the second says how often short work is repeated. */
    if (seconds < bench->least)
        seconds = worker_time(bench, worker, 1);
    double wanted = bench->least / fmax(seconds, 1e-6);
    worker->repeats = wanted > 1 ? (size_t)ceil(wanted) : 1;
}

void rounds_run(const Bench *bench, Worker *const *workers, int count)
{
    for (int i = 0; i < count; i++) {
        let_settle();
        warm_up(bench, workers[i]);
    }
    for (size_t round = 0; round < bench->rounds; round++)
        for (int i = 0; i < count; i++) {
            Worker *worker = workers[i];
            if (worker->process <= 0)
                continue;
            let_settle();
            double seconds = worker_time(bench, worker, worker->repeats);
            if (seconds > 0)
                worker->seconds[worker->count++] = seconds;
        }
}

Spread worker_seconds(const Worker *worker)
{
    return spread_of(worker->seconds, worker->count);
}

Spread worker_rate(const Worker *worker)
{
    double rates[ROUNDS_MAX];
    for (size_t i = 0; i < worker->count; i++)
        rates[i] = worker->units / worker->seconds[i];
    return spread_of(rates, worker->count);
}

double worker_ratio(const Worker *worker, const Worker *other)
{
    double ratios[ROUNDS_MAX];
    if (worker->count != other->count)
        return worker_rate(worker).middle / worker_rate(other).middle;
    for (size_t i = 0; i < worker->count; i++)
        ratios[i] = worker->units / worker->seconds[i] * other->seconds[i] / other->units;
    return spread_of(ratios, worker->count).middle;
}
