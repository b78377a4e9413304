/* schedule: the learning rate of each step, a pure function of its number, so that a resumed run
 * asks for the same rates. Chapter 14.
 *
 * Adam's first steps are its most certain-looking and least informed: v is the mean of a few squares.
 * The warm-up keeps them short. The cosine then spends long near the peak, to travel, and long near
 * the floor, to settle; its slope is 0 at both ends. */
#include "optim/optim.h"

double schedule_rate(const Schedule *schedule, long step)
{
    double peak = schedule->peak, floor = schedule->floor;
    long warmup = schedule->warmup, total = schedule->total;
    require(0 <= floor && floor <= peak && 0 <= warmup && warmup <= total && step >= 0,
            "schedule_rate: expected 0 <= floor <= peak, 0 <= warmup <= total, step >= 0, found "
            "floor %g, peak %g, warmup %ld, total %ld, step %ld",
            floor, peak, warmup, total, step);
    if (step < warmup)
        return peak * (double)(step + 1) / (double)(warmup + 1);
    if (step >= total)
        return floor;
    const double pi = 3.14159265358979323846;
    double done = (double)(step - warmup) / (double)(total - warmup); /* 0 to 1 */
    return floor + (peak - floor) * (1 + cos(pi * done)) / 2;
}
