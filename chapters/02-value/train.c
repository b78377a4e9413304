/* Fits a parabola y = a x^2 + b x + c to forty noisy points, with every derivative from the engine.
 * The loss is the mean squared error, about the noise's variance when the fit is as good as it can
 * be; the best a, b and c are also computed in closed form, to say how near the walk came.
 * Columns: step, loss, a, b, c.
 *
 * A second table, beside the first, is the figure of two graphs with their numbers on them. */
#include "../program.h"
#include "show/show.h"
#include "value/value.h"

enum { POINTS = 40, STEPS = 300 };
static const real RATE = 0.2;

typedef struct {
    real x[POINTS], y[POINTS];
} Data;

/* y = 1.5 x^2 - x + 0.5, and noise of deviation 0.1. */
static Data data_make(void)
{
    Data data;
    Random random = random_make(2, 0);
    for (int i = 0; i < POINTS; i++) {
        real x = -1 + (real)2 * (real)i / (POINTS - 1);
        data.x[i] = x;
        data.y[i] = (real)1.5 * x * x - x + (real)(0.5 + 0.1 * random_normal(&random));
    }
    return data;
}

static Value *mean_squared_error(Value *parabola, const Data *data)
{
    Value *a = &parabola[0], *b = &parabola[1], *c = &parabola[2], *sum = value_leaf(0);
    for (int i = 0; i < POINTS; i++) {
        Value *x = value_leaf(data->x[i]);
        Value *fit = value_add(value_mul(value_add(value_mul(a, x), b), x), c); /* (ax + b)x + c */
        sum = value_add(sum, value_pow(value_sub(fit, value_leaf(data->y[i])), 2));
    }
    return value_div(sum, value_leaf(POINTS));
}

/* The normal equations, 3 by 3, by elimination: where all three derivatives are zero. */
static void best_fit(const Data *data, double best[3])
{
    double m[3][4] = {{0}};
    for (int i = 0; i < POINTS; i++) {
        double x = (double)data->x[i], powers[3] = {x * x, x, 1};
        for (int r = 0; r < 3; r++) {
            for (int k = 0; k < 3; k++)
                m[r][k] += powers[r] * powers[k];
            m[r][3] += powers[r] * (double)data->y[i];
        }
    }
    for (int p = 0; p < 3; p++)
        for (int r = 0; r < 3; r++)
            for (int k = 3; r != p && k >= p; k--)
                m[r][k] -= m[r][p] / m[p][p] * m[p][k];
    for (int p = 0; p < 3; p++)
        best[p] = m[p][3] / m[p][p];
}

/* ---- two graphs, for the figure ---- */

/* A Value, and where the figure shows it. */
typedef struct {
    Value *value;
    double x, y;
} Placed;

/* What `child` alone passes on to `parent`: its backward, run once more on zeroed gradients, which
 * are put back. Its two parents must differ. */
static double share_of(Value *child, const Value *parent)
{
    Value *a = child->parents[0], *b = child->parents[1];
    real kept_a = a->grad, kept_b = b->grad;
    a->grad = b->grad = 0;
    child->backward(child);
    double share = (double)parent->grad;
    a->grad = kept_a;
    b->grad = kept_b;
    return share;
}

/* A row for each use: the Value that is used, its data and grad, where its user stands and what the
 * user passes back. The last Value has no user. `first` is the number of nodes[0] in the figure. */
static void write_uses(TsvLog *log, const Placed *nodes, int count, int first)
{
    for (int i = 0; i < count; i++) {
        const Value *value = nodes[i].value;
        double row[] = {first + i,           nodes[i].x,  nodes[i].y,  (double)value->data,
                        (double)value->grad, (double)NAN, (double)NAN, (double)NAN};
        if (i == count - 1)
            exit_if(tsv_row(log, 8, row));
        for (int j = i + 1; j < count; j++) {
            Value *user = nodes[j].value;
            if (user->parents[0] != value && user->parents[1] != value)
                continue;
            row[5] = nodes[j].x;
            row[6] = nodes[j].y;
            row[7] = share_of(user, value);
            exit_if(tsv_row(log, 8, row));
        }
    }
}

static void write_graphs(const char *path)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "graph", "node x y data grad user_x user_y share"));
    Value *a = value_leaf(2), *b = value_leaf(-3), *c = value_leaf(10);
    Value *product = value_mul(a, b), *sum = value_add(product, c), *square = value_pow(sum, 2);
    value_backward(square);
    write_uses(&log,
               (Placed[]){{a, 0, 6},
                          {b, 0, 4.8},
                          {c, 0, 3.6},
                          {product, 1, 5.4},
                          {sum, 2, 4.5},
                          {square, 3, 4.5}},
               6, 1);
    Value *x = value_leaf(2), *y = value_leaf(3);
    Value *both = value_add(x, y), *area = value_mul(x, y), *last = value_mul(both, area);
    value_backward(last);
    write_uses(
        &log,
        (Placed[]){{x, 0, 1.8}, {y, 0, 0.2}, {both, 1.5, 1.8}, {area, 1.5, 0.2}, {last, 3, 1}}, 5,
        7);
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    TsvLog log;
    const char *path = program_tsv(argc, argv, "build/plots/02-value.tsv");
    write_graphs(path);
    exit_if(tsv_create(&log, path, "step loss a b c"));
    Data data = data_make();
    Value parabola[3] = {value_parameter(0), value_parameter(0), value_parameter(0)};
    double loss = 0;
    for (int step = 0; step <= STEPS; step++) {
        ValueMark mark = value_mark();
        Value *error = mean_squared_error(parabola, &data);
        value_zero_grad(parabola, 3);
        value_backward(error);
        loss = (double)error->data;
        exit_if(tsv_row(&log, 5,
                        (double[]){step, loss, (double)parabola[0].data, (double)parabola[1].data,
                                   (double)parabola[2].data}));
        for (int p = 0; p < 3; p++)
            parabola[p].data -= RATE * parabola[p].grad;
        value_release(mark);
    }
    exit_if(tsv_close(&log));
    double best[3], apart = 0;
    best_fit(&data, best);
    for (int p = 0; p < 3; p++)
        apart = fmax(apart, fabs((double)parabola[p].data - best[p]));
    printf("%d points of 1.5 x^2 - x + 0.5 with noise, %d steps\n", POINTS, STEPS);
    printf("  fitted %.3f x^2 %+.3f x %+.3f, loss %.4f\n", (double)parabola[0].data,
           (double)parabola[1].data, (double)parabola[2].data, loss);
    printf("  each number is %s 0.001 of the best parabola's\n",
           apart < 0.001 ? "within" : "NOT within");
    value_free_pool();
    return 0;
}
