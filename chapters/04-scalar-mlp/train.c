/* Trains two networks of scalar neurons: one on XOR, which no single neuron can learn, down to
 * nearly no loss at all; one on two moons that hook into each other, a thousand steps of plain
 * gradient descent over all points at once.
 *
 * Columns: step, xor (mean squared error), moons (mean cross-entropy on the points trained on),
 * moons_held_out (the same on points never trained on). Beside FILE.tsv it writes four tables:
 *   FILE-boundary.tsv   x y probability: what the moons' network believes on a grid
 *   FILE-points.tsv     x y moon: the points it was trained on
 *   FILE-surface.tsv    a b loss: the loss around the trained weights, in two random directions
 *   FILE-twins.tsv      a b loss: XOR's, from the trained weights (0, 0) to three others that give
 *                       the same: (1, 0) has two neurons swapped, (0, 1) one's signs turned */
#include "../program.h"
#include "show/show.h"
#include "value/value.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 1000, POINTS = 100, CORNERS = 4, XOR_NEURONS = 4, GRID = 61, SURFACE = 31 };
static const real XOR_RATE = 0.2, MOONS_RATE = 0.5;

/* ---- XOR: 2 inputs, 4 tanh neurons, 1 output ---- */

static Value *xor_loss(const ValueMlp *mlp)
{
    static const real corners[CORNERS][3] = {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}};
    Value *squares[CORNERS];
    for (int i = 0; i < CORNERS; i++) {
        Value *x[2] = {value_leaf(corners[i][0]), value_leaf(corners[i][1])};
        Value *y = value_mlp_forward(mlp, x)[0];
        squares[i] = value_pow(value_sub(y, value_leaf(corners[i][2])), 2);
    }
    return value_div(value_sum(squares, CORNERS), value_leaf(CORNERS));
}

/* ---- two moons: 2 inputs, two layers of 8 tanh neurons, 2 scores ---- */

typedef struct {
    real x[POINTS][2];
    size_t moon[POINTS];
} Moons;

/* Half circles of radius 1, the second upside down and moved so that each end lies inside the
 * other; noise of deviation 0.12. */
static Moons moons_make(uint64_t stream)
{
    const double pi = 3.14159265358979323846;
    Moons moons;
    Random random = random_make(4, stream);
    for (size_t i = 0; i < POINTS; i++) {
        double angle = pi * random_uniform(&random);
        size_t moon = moons.moon[i] = i % 2;
        double x = moon == 0 ? cos(angle) : 1 - cos(angle);
        double y = moon == 0 ? sin(angle) : 0.5 - sin(angle);
        moons.x[i][0] = (real)(x + 0.12 * random_normal(&random));
        moons.x[i][1] = (real)(y + 0.12 * random_normal(&random));
    }
    return moons;
}

static Value **scores_at(const ValueMlp *mlp, real x, real y)
{
    Value *inputs[2] = {value_leaf(x), value_leaf(y)};
    return value_mlp_forward(mlp, inputs);
}

static Value *moons_loss(const ValueMlp *mlp, const Moons *moons)
{
    Value *losses[POINTS];
    for (size_t i = 0; i < POINTS; i++) {
        Value **scores = scores_at(mlp, moons->x[i][0], moons->x[i][1]);
        losses[i] = value_cross_entropy(scores, 2, moons->moon[i]);
    }
    return value_div(value_sum(losses, POINTS), value_leaf(POINTS));
}

static double moons_loss_alone(const ValueMlp *mlp, const Moons *moons)
{
    ValueMark mark = value_mark();
    double loss = (double)moons_loss(mlp, moons)->data;
    value_release(mark);
    return loss;
}

static int moons_wrong(const ValueMlp *mlp, const Moons *moons)
{
    int wrong = 0;
    ValueMark mark = value_mark();
    for (size_t i = 0; i < POINTS; i++) {
        Value **scores = scores_at(mlp, moons->x[i][0], moons->x[i][1]);
        wrong += (scores[1]->data > scores[0]->data) != (moons->moon[i] == 1);
    }
    value_release(mark);
    return wrong;
}

/* ---- training ---- */

static double step_down(ValueMlp *mlp, Value *loss, real rate)
{
    value_zero_grad(mlp->parameters, mlp->parameter_count);
    value_backward(loss);
    for (size_t i = 0; i < mlp->parameter_count; i++)
        mlp->parameters[i].data -= rate * mlp->parameters[i].grad;
    return (double)loss->data;
}

typedef struct {
    ValueMlp * xor, *moons;
    Moons points, held_out;
} Course;

static void train(Course *course, const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "step xor moons moons_held_out"));
    double row[4] = {0};
    for (int step = 0; step <= STEPS; step++) {
        ValueMark mark = value_mark();
        row[0] = step;
        row[3] = moons_loss_alone(course->moons, &course->held_out);
        row[1] = step_down(course->xor, xor_loss(course->xor), XOR_RATE);
        row[2] = step_down(course->moons, moons_loss(course->moons, &course->points), MOONS_RATE);
        exit_if(tsv_row(&log, 4, row));
        value_release(mark);
    }
    exit_if(tsv_close(&log));
    printf("XOR: loss %s 1e-6 after %d steps\n", row[1] < 1e-6 ? "below" : "ABOVE", STEPS);
    printf("two moons: loss %.4f, %d of %d points wrong; held out: loss %.4f, %d of %d wrong\n",
           row[2], moons_wrong(course->moons, &course->points), POINTS, row[3],
           moons_wrong(course->moons, &course->held_out), POINTS);
}

/* ---- what it learned ---- */

static void write_boundary(const Course *course, const char *path)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "boundary", "x y probability"));
    for (int i = 0; i < GRID * GRID; i++) {
        double x = -1.5 + 4.0 * (i % GRID) / (GRID - 1), y = -1 + 2.5 * (i / GRID) / (GRID - 1);
        ValueMark mark = value_mark();
        Value **p = value_softmax(scores_at(course->moons, (real)x, (real)y), 2);
        exit_if(tsv_row(&log, 3, (double[]){x, y, (double)p[1]->data}));
        value_release(mark);
    }
    exit_if(tsv_close(&log));
    exit_if(tsv_create_beside(&log, path, "points", "x y moon"));
    for (size_t i = 0; i < POINTS; i++)
        exit_if(tsv_row(&log, 3,
                        (double[]){(double)course->points.x[i][0], (double)course->points.x[i][1],
                                   (double)course->points.moon[i]}));
    exit_if(tsv_close(&log));
}

/* A random direction in which each neuron moves in proportion to its own size, so that two
 * directions are comparable. Source: Li et al., "Visualizing the loss landscape of neural nets",
 * NeurIPS 2018. */
static void direction_draw(const ValueMlp *mlp, uint64_t stream, double *direction)
{
    Random random = random_make(4, stream);
    for (const ValueLayer *layer = mlp->layers; layer < mlp->layers + mlp->layer_count; layer++)
        for (size_t n = 0; n < layer->outputs; n++) {
            const Value *parameters = layer->neurons[n].parameters;
            double *part = direction + (parameters - mlp->parameters), size = 0, length = 0;
            for (size_t i = 0; i <= layer->inputs; i++) {
                part[i] = random_normal(&random);
                length += part[i] * part[i];
                size += (double)(parameters[i].data * parameters[i].data);
            }
            for (size_t i = 0; i <= layer->inputs; i++)
                part[i] *= sqrt(size / length);
        }
}

/* Two directions in the space of one network's parameters; the loss is looked at on a square of
 * places trained + a one + b other. */
typedef struct {
    ValueMlp *mlp;
    double (*loss)(const Course *course);
    double *trained, *one, *other;
    double low, high; /* of a and b */
} Surface;

static double moons_surface_loss(const Course *course)
{
    return moons_loss_alone(course->moons, &course->points);
}

static double xor_surface_loss(const Course *course)
{
    ValueMark mark = value_mark();
    double loss = (double)xor_loss(course->xor)->data;
    value_release(mark);
    return loss;
}

static Surface surface_make(ValueMlp *mlp)
{
    size_t count = mlp->parameter_count;
    double *memory = memory_calloc(3 * count, sizeof *memory);
    Surface surface = {.mlp = mlp, .trained = memory, .one = memory + count,
                       .other = memory + 2 * count};
    for (size_t i = 0; i < count; i++)
        surface.trained[i] = (double)mlp->parameters[i].data;
    return surface;
}

/* Leaves the network as it was, and frees the surface. */
static void surface_write(Surface *surface, const Course *course, const char *path,
                          const char *name)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, name, "a b loss"));
    Value *parameters = surface->mlp->parameters;
    size_t count = surface->mlp->parameter_count;
    double step = (surface->high - surface->low) / (SURFACE - 1);
    for (int k = 0; k < SURFACE * SURFACE; k++) {
        double a = surface->low + step * (k % SURFACE), b = surface->low + step * (k / SURFACE);
        for (size_t i = 0; i < count; i++)
            parameters[i].data =
                (real)(surface->trained[i] + a * surface->one[i] + b * surface->other[i]);
        exit_if(tsv_row(&log, 3, (double[]){a, b, surface->loss(course)}));
    }
    for (size_t i = 0; i < count; i++)
        parameters[i].data = (real)surface->trained[i];
    free(surface->trained);
    exit_if(tsv_close(&log));
}

static void write_surface(const Course *course, const char *path)
{
    Surface surface = surface_make(course->moons);
    surface.loss = moons_surface_loss;
    surface.low = -1;
    surface.high = 1;
    direction_draw(course->moons, 10, surface.one);
    direction_draw(course->moons, 11, surface.other);
    surface_write(&surface, course, path, "surface");
}

/* From the trained XOR network towards its twins. Swapping neurons 0 and 1, with their weights in
 * the next layer, changes nothing; nor does turning the signs of all that neuron 2 has, for
 * tanh(-z) is -tanh(z). The two ways move different parameters: going both is a twin as well. */
static void write_twins(const Course *course, const char *path)
{
    enum { EACH = 3, OUTER = XOR_NEURONS * EACH };
    Surface surface = surface_make(course->xor);
    surface.loss = xor_surface_loss;
    surface.low = -0.25;
    surface.high = 1.25;
    const double *w = surface.trained;
    for (size_t i = 0; i < EACH; i++) {
        surface.one[i] = w[EACH + i] - w[i];
        surface.one[EACH + i] = -surface.one[i];
        surface.other[2 * EACH + i] = -2 * w[2 * EACH + i];
    }
    surface.one[OUTER] = w[OUTER + 1] - w[OUTER];
    surface.one[OUTER + 1] = -surface.one[OUTER];
    surface.other[OUTER + 2] = -2 * w[OUTER + 2];
    surface_write(&surface, course, path, "twins");
}

int main(int argc, char **argv)
{
    static const size_t xor_sizes[] = {2, XOR_NEURONS, 1}, moons_sizes[] = {2, 8, 8, 2};
    const char *path = program_tsv(argc, argv, "build/plots/04-scalar-mlp.tsv");
    Random random = random_make(4, 0);
    Course course = {.xor = value_mlp_make(xor_sizes, 2, VALUE_TANH, &random),
                     .moons = value_mlp_make(moons_sizes, 3, VALUE_TANH, &random),
                     .points = moons_make(1),
                     .held_out = moons_make(2)};
    train(&course, path);
    write_boundary(&course, path);
    write_surface(&course, path);
    write_twins(&course, path);
    value_mlp_free(course.xor);
    value_mlp_free(course.moons);
    value_free_pool();
    return 0;
}
