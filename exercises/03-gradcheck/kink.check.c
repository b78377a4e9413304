/* The check of 03-gradcheck/kink: functions with a kink at a drawn place, and smooth ones, each of
 * a drawn size. An answer is 1 for a kink. */
#include "check.h"
#include "kink.h"

typedef struct {
    real place, size;
} Where;

static real relu_at(real x, const void *context)
{
    const Where *w = context;
    return x > w->place ? w->size * (x - w->place) : 0;
}
static real roof_at(real x, const void *context)
{
    const Where *w = context;
    return -w->size * fabs(x - w->place) + x;
}
/* The slopes differ by 0.01 to 0.04, on top of a bend. */
static real small_at(real x, const void *context)
{
    const Where *w = context;
    real t = x - w->place;
    return (real)0.01 * w->size * fabs(t) + t * t;
}
/* The slopes differ by 0.0005 to 0.002, at a height of 100. */
static real faint_at(real x, const void *context)
{
    const Where *w = context;
    real t = x - w->place;
    return 100 + t + (real)0.0005 * w->size * fabs(t);
}
static real line_at(real x, const void *context)
{
    const Where *w = context;
    return w->size * x;
}
static real bowl_at(real x, const void *context)
{
    const Where *w = context;
    return 100 * w->size * (x - w->place) * (x - w->place);
}
/* Its slope changes by thousands within 0.001, and is 0 at the place. */
static real spoon_at(real x, const void *context)
{
    const Where *w = context;
    return (real)1e7 * w->size * (x - w->place) * (x - w->place);
}
static real exp_at(real x, const void *context)
{
    const Where *w = context;
    return exp(w->size * x);
}
/* t |t|: no kink, though its slope has one. */
static real seam_at(real x, const void *context)
{
    const Where *w = context;
    real t = x - w->place;
    return w->size * t * fabs(t);
}
/* A relu whose kink is rounded off within a twentieth. */
static real soft_at(real x, const void *context)
{
    const Where *w = context;
    return w->size * log(1 + exp(20 * (x - w->place))) / 20;
}

static void draw_where(Random *random, double *x)
{
    x[0] = 2 * random_uniform(random) - 1;
    x[1] = 0.5 + 1.5 * random_uniform(random);
}

static void kinks_run(Trial *trial)
{
    static const Function kinked[] = {relu_at, roof_at, small_at, faint_at};
    const Where where = {(real)trial->x[0], (real)trial->x[1]};
    for (int i = 0; i < 4; i++)
        trial->y[i] = kink_at(kinked[i], &where, where.place);
}
static void kinks_plain(const double *x, double *y)
{
    (void)x;
    y[0] = y[1] = y[2] = y[3] = 1;
}

static void smooth_run(Trial *trial)
{
    static const Function smooth[] = {line_at, bowl_at, spoon_at, exp_at, seam_at, soft_at};
    const Where where = {(real)trial->x[0], (real)trial->x[1]};
    for (int i = 0; i < 6; i++)
        trial->y[i] = kink_at(smooth[i], &where, where.place);
}
static void smooth_plain(const double *x, double *y)
{
    (void)x;
    for (int i = 0; i < 6; i++)
        y[i] = 0;
}

const Case check_cases[] = {
    {.name = "kinks at x = place; t = x - place",
     .x = "place size",
     .y = "relu(t) minus_abs(t) abs(t)/100+t^2 abs(t)/2000",
     .run = kinks_run,
     .plain = kinks_plain,
     .draw = draw_where,
     .forward_only = true},
    {.name = "no kink at x = place; t = x - place",
     .x = "place size",
     .y = "line 100t^2 10000000t^2 exp(x) t*abs(t) softplus(20t)",
     .run = smooth_run,
     .plain = smooth_plain,
     .draw = draw_where,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
