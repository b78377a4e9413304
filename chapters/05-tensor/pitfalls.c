/* What goes wrong when single numbers become arrays: eight mistakes of chapter 05, each beside the
 * right thing. */
#include "../pitfalls.h"
#include "ops/ops.h"

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

static void print_values(const char *what, const real *values, size_t count)
{
    printf("%-42s", what);
    for (size_t i = 0; i < count; i++)
        printf(" %g", (double)values[i]);
    printf("\n");
}

/* ---- = for +=: scale, whose backward stores ---- */

static void storing_backward(Tensor *out)
{
    Tensor *x = out->parents[0];
    const real by = *(const real *)out->saved;
    GradWrite dx = grad_write(x);
    for (size_t i = 0; i < out->size; i++)
        dx.at[i] = by * out->grad[i];
}

static Tensor *storing_scale(Tensor *x, real by)
{
    Tensor *out = tensor_result("storing_scale", x->shape, storing_backward, 1, &x);
    real *saved = tape_alloc(sizeof *saved);
    *saved = by;
    out->saved = saved;
    for (size_t i = 0; i < x->size; i++)
        out->data[i] = by * x->data[i];
    return out;
}

static void overwrite(void)
{
    Tensor *(*const scale[2])(Tensor *, real) = {storing_scale, tensor_scale};
    for (int k = 0; k < 2; k++) {
        Tensor *x = wanted(shape1(1), (real[]){4});
        Tensor *twice = scale[k](x, 2), *thrice = scale[k](x, 3);
        tensor_backward(tensor_add(twice, thrice));
        printf("slope of 2x + 3x, backward with %s  %g\n", k == 0 ? "= " : "+=",
               (double)x->grad[0]);
    }
    printf("\nThe walk comes to 3x first and then to 2x, and the second writes over the first.\n");
}

/* ---- the sum that undoes broadcasting ---- */

/* For a bias that was added to every row: keeps the share of the last row only. */
static void last_row_backward(Tensor *out)
{
    Tensor *b = out->parents[0];
    GradWrite db = grad_write(b);
    for (size_t i = 0; i < b->size; i++)
        grad_put(db, i, out->grad[out->size - b->size + i]);
}

static void bias_row(void)
{
    static const real dy[4] = {(real)0.5, 1, 2, 3};
    Tensor *rows = tensor_from(shape2(2, 2), (real[]){1, 2, 3, 4});
    Tensor *b = wanted(shape1(2), (real[]){10, 20});
    Tensor *wrong = tensor_result("last_row", shape2(2, 2), last_row_backward, 1, &b);
    for (size_t i = 0; i < wrong->size; i++)
        wrong->data[i] = rows->data[i] + b->data[i % b->size];
    tensor_backward_from(wrong, dy);
    print_values("upstream, two rows of two", dy, 4);
    print_values("db from the last row alone", b->grad, 2);
    tensor_zero_grad(b);
    tensor_backward_from(tensor_add(rows, b), dy);
    print_values("db summed over the rows", b->grad, 2);
    printf("\nThe bias was used in both rows, and a nudge of it moves both. The shape of the\n"
           "first db is right, so no message warns.\n");
}

/* ---- shapes that fit by accident ---- */

/* The mean of (y - t)^2, and the shape of y - t. */
static void print_loss(Tensor *y, Tensor *t)
{
    Tensor *error = tensor_sub(y, t);
    Tensor *loss = tensor_scale(tensor_sum(tensor_mul(error, error), ALL_AXES),
                                1 / (real)error->size);
    printf("answers %-5s less targets %-5s is %-5s  mean square %g\n", shape_text(y->shape),
           shape_text(t->shape), shape_text(error->shape), (double)tensor_item(loss));
}

static void silent_broadcast(void)
{
    static const real values[5] = {1, 2, 3, 4, 5};
    Tensor *answers = tensor_from(shape1(5), values);
    print_loss(answers, tensor_from(shape2(5, 1), values));
    print_loss(answers, tensor_from(shape1(5), values));
    printf("\nThe answers equal the targets. (5) and (5,1) stretch to a table of every answer\n"
           "against every target; the loss is not 0, and is least where all answers are the\n"
           "same, the mean of the targets.\n");
}

static void column_major(void)
{
    static const real values[6] = {1, 2, 3, 10, 20, 30};
    printf("in memory: 1 2 3 10 20 30, shape (2,3)\n\n");
    for (int k = 0; k < 2; k++) {
        printf("%s\n", k == 0 ? "place of (i,j) as i + 2j, column by column"
                              : "place of (i,j) as 3i + j, row by row");
        for (size_t i = 0; i < 2; i++) {
            for (size_t j = 0; j < 3; j++)
                printf(" %4g", (double)values[k == 0 ? i + 2 * j : 3 * i + j]);
            printf("\n");
        }
    }
    printf("\nBoth read six numbers and stay within bounds; only the second reads the matrix.\n");
}

/* ---- memory ---- */

static void after_release(void)
{
    for (int poison = 0; poison < 2; poison++) {
        arena_set_poison(poison == 1);
        printf("%s\n", poison ? "what is released is filled with NaN" : "what is released is left");
        TapeMark mark = tape_mark();
        const real *kept = tensor_from(shape1(2), (real[]){1, 2})->data;
        print_values("  in its own step", kept, 2);
        tape_release(mark);
        printf("  %-40s %s\n", "after the release",
               isnan(kept[0]) && isnan(kept[1]) ? "NaN NaN" : "1 2, as if nothing had happened");
        tensor_from(shape1(2), (real[]){7, 8});
        print_values("  in the next step", kept, 2);
        tape_release(mark);
    }
    printf("\nThe pointer is still good and the numbers are dead. Where nothing is filled in,\n"
           "they turn into somebody else's a step later. Copy what must outlive a step.\n");
}

static void leak(void)
{
    for (int release = 0; release < 2; release++) {
        printf("%s\n", release ? "released after each step" : "never released");
        TapeMark whole = tape_mark();
        size_t before = tape_used(), first = 0;
        for (int step = 1; step <= 1000; step++) {
            TapeMark mark = tape_mark();
            Tensor *x = wanted(shape1(100), (real[100]){0});
            tensor_backward(tensor_sum(tensor_mul(x, x), ALL_AXES));
            size_t used = tape_used() - before;
            first = step == 1 ? used : first;
            if (step == 1 || step == 10 || step == 1000)
                printf("  step %4d: %4zu nodes, memory of %zu %s\n", step, tape_length(),
                       used / first, used == first ? "step" : "steps");
            if (release)
                tape_release(mark);
        }
        tape_release(whole);
    }
    printf("\nNothing is wrong with the numbers, until the machine has no memory left.\n");
}

/* ---- the past of a tensor ---- */

static void in_place(void)
{
    for (int k = 0; k < 2; k++) {
        Tensor *x = wanted(shape1(1), (real[]){3});
        Tensor *y = tensor_mul(x, x);
        Tensor *other = k == 0 ? x : tensor_detach(x);
        other->data[0] = 10;
        tensor_backward(y);
        printf("x x at 3, 10 written into %-15s slope %g\n", k == 0 ? "x itself:" : "a copy of x:",
               (double)x->grad[0]);
    }
    printf("\nThe backward of a product reads what its operands hold now and takes it for\n"
           "what they held then. Parameters are moved after the walk, never between.\n");
}

static void no_detach(void)
{
    for (int k = 0; k < 2; k++) {
        Tensor *x = wanted(shape1(1), (real[]){2}), *square = tensor_mul(x, x);
        tensor_backward(tensor_mul(x, k == 0 ? square : tensor_detach(square)));
        printf("x c with c = x x at 2, c %-14s slope %g\n", k == 0 ? "as it is:" : "detached:",
               (double)x->grad[0]);
    }
    printf("\nMeant was a constant that happens to be 4. What was computed from x stays tied\n"
           "to x unless it is cut off, and then x x x has the slope 3 x x = 12.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"overwrite", "a backward that stores where it must add", overwrite},
        {"bias-row", "what was repeated is not summed", bias_row},
        {"silent-broadcast", "shapes that fit by accident", silent_broadcast},
        {"column-major", "an index worked out by columns", column_major},
        {"after-release", "a tensor read after its step", after_release},
        {"leak", "a tape that is never released", leak},
        {"in-place", "a tensor changed between forward and backward", in_place},
        {"no-detach", "a constant that is none", no_detach},
    };
    int status = pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof pitfalls[0]);
    tape_free();
    return status;
}
