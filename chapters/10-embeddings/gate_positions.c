/* The rows of rotary and sinusoidal positions, held to repeated complex multiplication. */
#include "gate.h"

enum { FLOAT = sizeof(real) == sizeof(float) };
/* For what is exact but for rounding. */
static const double CLOSE = FLOAT ? 1e-5 : 1e-12;

/* ---- rotary positions ------------------------------------------------------------------------ */
static Tensor *rope_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_rope(in[0]);
}

/* Each pair as a complex number, multiplied t times by cos w + i sin w. */
static void rope_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    const Tensor *x = in[0];
    size_t steps = tensor_dim(x, -2), width = tensor_dim(x, -1);
    for (size_t at = 0; at < x->size; at += 2) {
        double frequency = 1 / pow(1e4, (double)(at % width) / (double)width);
        double c = cos(frequency), s = sin(frequency), re = (double)x->data[at];
        double im = (double)x->data[at + 1];
        for (size_t t = 0; t < at / width % steps; t++) {
            double turned = re * c - im * s;
            im = re * s + im * c;
            re = turned;
        }
        out[at] = (real)re;
        out[at + 1] = (real)im;
    }
}

void check_rope(const char *circumstances, Shape shape)
{
    char row[80];
    TapeMark mark = tape_mark();
    snprintf(row, sizeof row, "rope %s %s", shape_text(shape), circumstances);
    tensor_check(&(TensorCheck){.name = row,
                                .forward = rope_forward,
                                .reference = rope_reference,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape});
    tape_release(mark);
}

/* in[1]'s gradient stands right behind in[0]'s: a rope that turns one row too many turns it as
 * well. */
static Tensor *rope_beside_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_add(tensor_rope(in[0]), in[1]);
}

static void rope_beside_reference(real *out, Tensor *const *in, const void *context)
{
    rope_reference(out, in, context);
    for (size_t i = 0; i < in[1]->size; i++)
        out[i] += in[1]->data[i];
}

/* Queries and keys are results. */
static Tensor *rope_inside(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_rope(tensor_scale(in[0], -2));
}

static void rope_inside_reference(real *out, Tensor *const *in, const void *context)
{
    rope_reference(out, in, context);
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] *= -2;
}

void check_rope_inside(Shape shape)
{
    char row[80];
    TapeMark mark = tape_mark();
    snprintf(row, sizeof row, "rope %s of a result", shape_text(shape));
    tensor_check(&(TensorCheck){.name = row,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .forward = rope_inside,
                                .reference = rope_inside_reference,
                                .shape = shape});
    tape_release(mark);
}

void check_rope_beside(Shape shape)
{
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "rope (2,2,2) side by side with another",
                                .n = 2,
                                .in = {check_normal(shape, 1), check_normal(shape, 1)},
                                .forward = rope_beside_forward,
                                .reference = rope_beside_reference,
                                .shape = shape});
    tape_release(mark);
}

static double dot(const real *a, const real *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* The same query and key at every position: after rope their product knows t - s and nothing else,
 * and lengths stay. Far along, too: angles of a thousand radians keep their digits in float. */
void check_relative(void)
{
    enum { STEPS = 1021, WIDTH = 8 };
    const Shape shape = shape2(STEPS, WIDTH);
    TapeMark mark = tape_mark();
    Tensor *q = check_normal(shape, 1), *k = check_normal(shape, 1);
    for (size_t i = WIDTH; i < q->size; i++) {
        q->data[i] = q->data[i % WIDTH];
        k->data[i] = k->data[i % WIDTH];
    }
    real *plain = tape_alloc(q->size * sizeof *plain);
    rope_reference(plain, &q, NULL);
    const real *rq = tensor_rope(q)->data, *rk = tensor_rope(k)->data;
    double far = farthest(rq, plain, q->size), moved = 0, length = 0, differ = 0;
    for (size_t t = 7; t < STEPS; t++) {
        double here = dot(rq + t * WIDTH, rk + (t - 7) * WIDTH, WIDTH);
        moved = fmax(moved, fabs(here - dot(rq + 7 * WIDTH, rk, WIDTH)));
        differ = fmax(differ, fabs(here - dot(rq + t * WIDTH, rk, WIDTH)));
        length = fmax(length, fabs(dot(rq + t * WIDTH, rq + t * WIDTH, WIDTH) -
                                   dot(q->data, q->data, WIDTH)));
    }
    gate_check("rope 1021 positions", far <= (FLOAT ? 2e-6 : 1e-11),
               "as single turns, even the last");
    gate_check("rope products and lengths",
               moved <= 10 * CLOSE && length <= 10 * CLOSE && differ > 0.1,
               "know t - s alone; lengths stay");
    tape_release(mark);
}

/* At t = 0 nothing turns; at t = 1 the first pair turns by one radian, and its gradient back. */
void check_rope_sanity(void)
{
    const real x[4] = {1, 0, 1, 0}, dy[4] = {1, 0, 1, 0};
    const real y[4] = {1, 0, (real)0.5403023058681398, (real)0.8414709848078965};
    const real dx[4] = {1, 0, (real)0.5403023058681398, (real)-0.8414709848078965};
    TapeMark mark = tape_mark();
    Tensor *in = tensor_from(shape2(2, 2), x);
    tensor_want_grad(in);
    Tensor *out = tensor_rope(in);
    tensor_backward_from(out, dy);
    gate_check("rope sanity (1,0) at 0 and 1",
               farthest(out->data, y, 4) <= CLOSE && farthest(in->grad, dx, 4) <= CLOSE,
               "(1,0), (cos 1, sin 1); back: (cos 1, -sin 1)");
    tape_release(mark);
}

/* ---- sinusoidal positions -------------------------------------------------------------------- */
void check_sinusoid_sanity(void)
{
    enum { WIDTH = 8 };
    const struct {
        size_t position;
        real row[WIDTH];
    } known[3] = {
        {0, {0, 1, 0, 1, 0, 1, 0, 1}},
        {1,
         {(real)0.8414709848, (real)0.5403023059, (real)0.0998334166, (real)0.9950041653,
          (real)0.0099998333, (real)0.9999500004, (real)0.0009999998, (real)0.9999995000}},
        {100,
         {(real)-0.5063656411, (real)0.8623188723, (real)-0.5440211109, (real)-0.8390715291,
          (real)0.8414709848, (real)0.5403023059, (real)0.0998334166, (real)0.9950041653}}};
    TapeMark mark = tape_mark();
    real *table = tape_alloc(101 * WIDTH * sizeof *table);
    sinusoid_fill(table, 101, WIDTH);
    for (int k = 0; k < 3; k++) {
        char row[60];
        snprintf(row, sizeof row, "sinusoid position %zu at width 8", known[k].position);
        double error = farthest(table + known[k].position * WIDTH, known[k].row, WIDTH);
        gate_check(row, error <= 1e-6, "[%.4g, %.4g, %.4g, ...]", (double)known[k].row[0],
                   (double)known[k].row[1], (double)known[k].row[2]);
    }
    tape_release(mark);
}

/* Against repeated turns; and the claim that makes it a code of positions: one rotation, the same
 * for all t, leads from the row of t to the row of t + 5. An odd width ends with a sine alone. */
void check_sinusoid_table(size_t positions, size_t width)
{
    TapeMark mark = tape_mark();
    real *table = tape_alloc((positions * width + 1) * sizeof *table),
         *end = table + positions * width;
    *end = 1964; /* no part of the table: must stay */
    sinusoid_fill(table, positions, width);
    double worst = (double)*end == 1964 ? 0 : HUGE_VAL, shifted = 0;
    for (size_t c = 0; c + 1 < width + width % 2; c += 2) {
        double frequency = 1 / pow(1e4, (double)c / (double)width), sine = 0, cosine = 1;
        double s5 = sin(5 * frequency), c5 = cos(5 * frequency);
        bool has_cosine = c + 1 < width;
        for (size_t t = 0; t < positions; t++) {
            const real *at = table + t * width + c;
            worst = fmax(worst, fabs((double)at[0] - sine));
            if (has_cosine)
                worst = fmax(worst, fabs((double)at[1] - cosine));
            if (has_cosine && t + 5 < positions)
                shifted = fmax(
                    shifted, fabs((double)at[5 * width] - c5 * (double)at[0] - s5 * (double)at[1]));
            double turned = sine * cos(frequency) + cosine * sin(frequency);
            cosine = cosine * cos(frequency) - sine * sin(frequency);
            sine = turned;
        }
    }
    char row[60];
    snprintf(row, sizeof row, "sinusoid (%zu,%zu)", positions, width);
    gate_check(row, worst <= (FLOAT ? 1e-6 : 1e-12) && shifted <= (FLOAT ? 1e-6 : 1e-12),
               "repeated turns; a shift is one turn");
    tape_release(mark);
}
