/* compare: groups of tensors, each held to a bound. A group that fails names the worst element of its
 * worst tensor, with both numbers: "differs" alone helps nobody to find out why. */
#include "parity.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

Group group_begin(const char *name, Measure measure, double bound)
{
    Group group = {.measure = measure, .bound = bound};
    snprintf(group.name, sizeof group.name, "%s", name);
    return group;
}

void group_fail(Group *group, const char *format, ...)
{
    va_list arguments;
    if (group->failed)
        return; /* the first reason is the one to look at */
    group->failed = true;
    va_start(arguments, format);
    vsnprintf(group->detail, sizeof group->detail, format, arguments);
    va_end(arguments);
}

/* "[2,0,5]", the place of an element. */
static void index_text(char *text, size_t size, Shape shape, size_t at)
{
    size_t length = (size_t)snprintf(text, size, "[");
    for (int axis = 0; axis < shape.rank; axis++) {
        size_t inner = shape_product(shape, axis + 1, shape.rank);
        length += (size_t)snprintf(text + length, size - length, "%s%zu", axis == 0 ? "" : ",",
                                   at / inner % shape.dim[axis]);
    }
    snprintf(text + length, size - length, "]");
}

/* 0 where both are the same infinity; infinite for a NaN. */
static double difference(double ours, double reference)
{
    if (ours == reference)
        return 0;
    double apart = fabs(ours - reference);
    return isnan(apart) ? HUGE_VAL : apart;
}

void group_values(Group *group, const char *tensor, const real *ours, const real *reference,
                  Shape shape)
{
    double largest = 0, apart = -1;
    size_t size = shape_size(shape), at = 0;
    for (size_t i = 0; i < size; i++) {
        double here = difference((double)ours[i], (double)reference[i]);
        if (!isinf(reference[i]))
            largest = fmax(largest, fabs((double)reference[i]));
        if (here > apart) {
            apart = here;
            at = i;
        }
    }
    double error = group->measure == ABSOLUTE || apart <= 0 ? apart : apart / largest;
    if (!group->failed && (group->tensors == 0 || error > group->worst)) {
        char place[100];
        index_text(place, sizeof place, shape, at);
        group->worst = fmax(error, 0);
        if (size > 0)
            snprintf(group->detail, sizeof group->detail, "%s %s: ours %.17g, reference %.17g",
                     tensor, place, (double)ours[at], (double)reference[at]);
    }
    group->tensors++;
}

void group_compare(Group *group, Fixture *fixture, const char *tensor, const real *ours, Shape shape)
{
    const TensorEntry *entry = fixture_find(fixture, tensor);
    if (entry == NULL) {
        group_fail(group, "%s: expected a tensor \"%s\", found none", fixture->file.path, tensor);
        return;
    }
    Shape found = fixture_shape(entry);
    if (!shape_equal(found, shape)) {
        group_fail(group, "%s: ours has shape %s, the reference %s", tensor, shape_text(shape),
                   shape_text(found));
        return;
    }
    size_t count;
    real *reference = fixture_values(fixture, entry, &count);
    group_values(group, tensor, ours, reference, shape);
    free(reference);
}

void group_end(Group *group)
{
    if (group->tensors == 0)
        group_fail(group, "nothing was compared");
    bool good = !group->failed && group->worst <= group->bound;
    printf("  %-40s %3d %-7s  worst %7.1e  bound %.0e %s  %s\n", group->name, group->tensors,
           group->tensors == 1 ? "tensor" : "tensors", group->worst, group->bound,
           group->measure == RELATIVE ? "relative" : "absolute", good ? "ok" : "WRONG");
    if (!good)
        printf("      %s\n", group->detail);
    if (good)
        passed++;
    else
        failed++;
}

int parity_end(void)
{
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}
