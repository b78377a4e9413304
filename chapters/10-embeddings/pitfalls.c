/* What goes wrong with tables and positions: seven mistakes of chapter 10, each beside the right
 * thing. */
#include "../pitfalls.h"
#include "ops/ops.h"

static const double TURN = 6.28318530717958647692;

static void print_values(const char *what, const real *values, size_t count)
{
    printf("%-38s", what);
    for (size_t i = 0; i < count; i++)
        printf(" %6.3g", (double)values[i]);
    printf("\n");
}

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

/* ---- embeddings whose scatter is wrong ---- */

/* Stores where it must add; what it does not name keeps what it had, zeros at first. */
static void storing_backward(Tensor *out)
{
    const int *ids = out->saved;
    size_t width = tensor_dim(out, -1);
    real *dtable = grad_scatter(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        dtable[(size_t)ids[i / width] * width + i % width] = out->grad[i];
}

/* Clears the table's gradient, then adds, as a scatter tested alone may. */
static void clearing_backward(Tensor *out)
{
    const int *ids = out->saved;
    size_t width = tensor_dim(out, -1);
    real *dtable = grad_scatter(out->parents[0]);
    for (size_t i = 0; i < out->parents[0]->size; i++)
        dtable[i] = 0;
    for (size_t i = 0; i < out->size; i++)
        dtable[(size_t)ids[i / width] * width + i % width] += out->grad[i];
}

/* The library's embedding, with this backward; NULL: its own. */
static Tensor *embedding(Tensor *table, const int *ids, size_t count, Backward backward)
{
    Tensor *out = tensor_embedding(table, ids, shape1(count));
    if (backward != NULL)
        out->backward = backward;
    return out;
}

static void lost_repeats(void)
{
    static const real rows[6] = {1, 2, 3, 4, 5, 6}, dy[6] = {1, 10, 2, 20, 3, 30};
    static const int ids[3] = {2, 0, 2};
    printf("E = [[1,2],[3,4],[5,6]], ids [2,0,2], dy = [[1,10],[2,20],[3,30]]\n");
    for (int k = 0; k < 2; k++) {
        Tensor *table = wanted(shape2(3, 2), rows);
        tensor_backward_from(embedding(table, ids, 3, k == 0 ? storing_backward : NULL), dy);
        print_values(k == 0 ? "dE, a scatter that stores" : "dE, a scatter that adds", table->grad,
                     6);
    }
    printf("\nThe letter e stands in a text many times, and each time it had an influence. Where\n"
           "no id repeats the two are equal, and a test without repeats sees nothing.\n");
}

static void wiped_head(void)
{
    static const real rows[4] = {1, 2, 3, 4};
    static const real dy[2][2] = {{1, 0}, {0, 1}};
    static const int ids[1] = {0};
    static const Backward backwards[3] = {storing_backward, clearing_backward, NULL};
    static const char *const does[3] = {"stores", "clears", "adds"};
    for (int loss = 0; loss < 2; loss++)
        for (int k = 0; k < 3; k++) {
            Tensor *table = wanted(shape2(2, 2), rows);
            Tensor *x = embedding(table, ids, 1, backwards[k]);
            tensor_backward_from(tensor_tied_head(x, table), dy[loss]);
            char what[50];
            snprintf(what, sizeof what, "E0 . E%d, dE, the embedding %s", loss, does[k]);
            print_values(what, table->grad, 4);
        }
    printf("\nE = [[1,2],[3,4]] embeds the id 0 and is the head. The head ran last, so its share\n"
           "comes first. Alone, on a fresh buffer, all three are right for one id. Storing\n"
           "spares the rows that no id names, here row 1; to clear before adding does not.\n");
}

static void copied_table(void)
{
    static const int ids[3] = {0, 1, 1}, targets[3] = {1, 0, 2};
    static const real rows[6] = {(real)0.5, (real)-0.2, (real)0.1,
                                 (real)0.4, (real)-0.3, (real)0.2};
    for (int k = 0; k < 2; k++) {
        Tensor *table = wanted(shape2(3, 2), rows),
               *head = k == 0 ? wanted(shape2(3, 2), rows) : table;
        printf("%s\n", k == 0 ? "a head that begins as a copy" : "a head that is the table");
        for (int step = 0; step <= 2; step++) {
            real apart = 0;
            for (size_t i = 0; i < 6; i++)
                apart = fmax(apart, fabs(table->data[i] - head->data[i]));
            printf("  step %d: at most %.2f between their numbers\n", step, (double)apart);
            Tensor *logits = tensor_tied_head(tensor_embedding(table, ids, shape1(3)), head);
            tensor_backward(tensor_softmax_cross_entropy(logits, targets));
            for (int t = 0; t < (k == 0 ? 2 : 1); t++) {
                Tensor *moved = t == 0 ? table : head;
                for (size_t i = 0; i < 6; i++)
                    moved->data[i] -= moved->grad[i];
                tensor_zero_grad(moved);
            }
        }
    }
    printf("\nTied means one memory. Equal numbers at the start stay equal for no step.\n");
}

/* ---- positions ---- */

/* The sum over a sentence's rows, with or without positions added. */
static void print_sentence(const char *words, const int *ids, const real *positions)
{
    static const real rows[6] = {1, 2, 0, -1, 3, 1}; /* dog, bites, man */
    real sum[2] = {0};
    for (size_t t = 0; t < 3; t++)
        for (size_t c = 0; c < 2; c++) {
            real x = rows[(size_t)ids[t] * 2 + c];
            if (positions != NULL)
                x += positions[t * 2 + c];
            sum[c] += x * x;
        }
    print_values(words, sum, 2);
}

static void no_positions(void)
{
    static const int there[3] = {0, 1, 2}, back[3] = {2, 1, 0};
    real waves[6];
    sinusoid_fill(waves, 3, 2);
    printf("squares of three rows, summed over the sentence\n");
    print_sentence("  dog bites man", there, NULL);
    print_sentence("  man bites dog", back, NULL);
    printf("the same, with positions added to the rows\n");
    print_sentence("  dog bites man", there, waves);
    print_sentence("  man bites dog", back, waves);
    printf("\nWhat treats all places alike and sums, as attention does where nothing is masked,\n"
           "cannot know the order unless it is told.\n");
}

/* The product of positions t and t + 5 in a table of width 8 by one of two recipes. */
static double product(size_t t, bool pairs)
{
    double sum = 0;
    for (size_t c = 0; c < 8; c++) {
        double w = pow(10000, -(double)(pairs ? c - c % 2 : c) / 8), a = (double)t * w;
        double b = (double)(t + 5) * w;
        sum += c % 2 == 0 ? sin(a) * sin(b) : cos(a) * cos(b);
    }
    return sum;
}

static void lone_waves(void)
{
    for (int pairs = 0; pairs < 2; pairs++) {
        printf("%-36s",
               pairs ? "one for each pair, sine and cosine" : "a frequency for each column");
        for (size_t t = 0; t <= 30; t += 10)
            printf("  t=%zu: %6.3f", t, product(t, pairs == 1));
        printf("\n");
    }
    printf("\nThe product of rows t and t + 5, width 8. Only sin and cos of the SAME angle\n"
           "add up to a function of the distance; with lone waves it depends on t.\n");
}

static void turned_on(void)
{
    static const real dy[2] = {1, 0};
    const double h = 1e-4, c = cos(1), s = sin(1);
    const double wrong[2] = {c * (double)dy[0], s * (double)dy[0]};
    /* position 1 of (1, 0): the loss is the first result, x0 cos 1 - x1 sin 1 */
    double slope[2] = {((1 + h) * c - (1 - h) * c) / (2 * h), (-h * s - h * s) / (2 * h)};
    Tensor *x = wanted(shape2(2, 2), (real[]){0, 0, 1, 0});
    tensor_backward_from(tensor_rope(x), (real[]){0, 0, dy[0], dy[1]});
    printf("dx, turned on by 1:     %7.4f %7.4f   length %.4f\n", wrong[0], wrong[1],
           hypot(wrong[0], wrong[1]));
    printf("dx, turned back by 1:   %7.4f %7.4f   length %.4f\n", (double)x->grad[2],
           (double)x->grad[3], hypot((double)x->grad[2], (double)x->grad[3]));
    printf("measured:               %7.4f %7.4f\n", slope[0], slope[1]);
    printf("\nA turn keeps lengths, so the size of gradients shows nothing, and at position 0\n"
           "both are right. Elsewhere they are apart by twice the angle.\n");
}

static void float_angle(void)
{
    static const size_t places[5] = {100, 1000, 10000, 100000, 1000000};
    for (int k = 0; k < 5; k++) {
        double t = (double)places[k], w = pow(10000, -2.0 / 64), right = fmod(t * w, TURN);
        float angle = (float)t * (float)w;
        double off = fabs(fmod((double)angle, TURN) - right);
        printf("position %7zu: an angle in float is off by %s\n", places[k],
               off > 0.01   ? "more than 0.01"
               : off > 1e-4 ? "more than 0.0001"
                            : "less than 0.0001");
    }
    printf("\nA float has 24 bits for the whole number of radians and what is behind the point.\n"
           "The more go to whole turns, which do not count, the fewer are left for the rest.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"lost-repeats", "a scatter that keeps the last repeat", lost_repeats},
        {"wiped-head", "= into the tied buffer, or a clearing first", wiped_head},
        {"copied-table", "a tie that is a copy", copied_table},
        {"no-positions", "a sentence read without positions", no_positions},
        {"lone-waves", "a frequency for each column, not for each pair", lone_waves},
        {"turned-on", "a rotary gradient that is turned on, not back", turned_on},
        {"float-angle", "a large angle in float", float_angle},
    };
    int status = pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof pitfalls[0]);
    tape_free();
    gemm_free_buffers();
    return status;
}
