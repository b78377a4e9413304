/* cases: runs a table of operations or layers against a fixture of cases (tests/oracle/cases.py):
 * the inputs, and the parameters of a layer, are read by name; the result is compared, and then the
 * gradient of every one of them under the fixture's random upstream. */
#include "parity.h"

#include <stdlib.h>
#include <string.h>

static const TensorEntry *find(Case *c, const char *part, const char *key, char name[200])
{
    snprintf(name, 200, "%s/%s%s", c->kind->name, part, key);
    return fixture_find(c->fixture, name);
}

static real *extra(Case *c, const char *key, size_t *count)
{
    char name[200];
    snprintf(name, sizeof name, "%s/extra/%s", c->kind->name, key);
    return fixture_need(c->fixture, name, count);
}

int *case_ids(Case *c, const char *name)
{
    size_t count;
    real *values = extra(c, name, &count);
    int *ids = tape_alloc(count * sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = (int)values[i];
    free(values);
    return ids;
}

bool *case_flags(Case *c, const char *name)
{
    size_t count;
    real *values = extra(c, name, &count);
    bool *flags = tape_alloc(count * sizeof *flags);
    for (size_t i = 0; i < count; i++)
        flags[i] = values[i] != 0;
    free(values);
    return flags;
}

/* An input of the fixture: the layer's parameter of that name, else a leaf of its own. */
static Tensor *input_tensor(Case *c, const char *key, Shape shape)
{
    char name[PARAMETER_NAME_MAX];
    snprintf(name, sizeof name, "layer.%s", key);
    Tensor *tensor = parameters_find(&c->list, name);
    if (tensor == NULL) {
        tensor = tensor_new(shape);
        tensor_want_grad(tensor);
        c->in[c->n++] = tensor;
    } else if (!shape_equal(tensor->shape, shape)) {
        group_fail(&c->group, "%s: ours has shape %s, the reference %s", key,
                   shape_text(tensor->shape), shape_text(shape));
        return NULL;
    }
    return tensor;
}

static void read_inputs(Case *c)
{
    char start[200];
    size_t length = (size_t)snprintf(start, sizeof start, "%s/in/", c->kind->name);
    const TensorFile *file = &c->fixture->file;
    for (size_t i = 0; i < file->count && c->graded < CASE_INPUTS_MAX; i++) {
        const TensorEntry *entry = &file->entries[i];
        if (strncmp(entry->name, start, length) != 0)
            continue;
        c->fixture->used[i] = true;
        Tensor *tensor = input_tensor(c, entry->name + length, fixture_shape(entry));
        if (tensor == NULL)
            return;
        tensor_entry_read(file, entry, tensor->data, tensor->size);
        c->keys[c->graded] = entry->name + length;
        c->tensors[c->graded++] = tensor;
    }
    const CaseKind *kind = c->kind;
    int expected = kind->one != NULL ? 1 : kind->two != NULL ? 2 : kind->inputs;
    if (c->n != expected || c->graded - c->n != c->list.count)
        group_fail(&c->group, "%s: expected %d inputs and %d parameters, found %d and %d",
                   kind->name, expected, c->list.count, c->n, c->graded - c->n);
}

static Tensor *forward(Case *c)
{
    if (c->kind->one != NULL)
        return c->kind->one(c->in[0]);
    return c->kind->two != NULL ? c->kind->two(c->in[0], c->in[1]) : c->kind->forward(c);
}

static void compare_gradients(Case *c, Tensor *out)
{
    char name[200];
    const TensorEntry *upstream = find(c, "upstream", "", name);
    if (upstream == NULL || !shape_equal(fixture_shape(upstream), out->shape)) {
        group_fail(&c->group, "%s: expected one of shape %s", name, shape_text(out->shape));
        return;
    }
    size_t count;
    real *gradient = fixture_values(c->fixture, upstream, &count);
    tensor_backward_from(out, gradient);
    free(gradient);
    for (int i = 0; i < c->graded; i++) {
        snprintf(name, sizeof name, "%s/grad/%s", c->kind->name, c->keys[i]);
        if (c->tensors[i]->has_grad)
            group_compare(&c->group, c->fixture, name, c->tensors[i]->grad, c->tensors[i]->shape);
        else
            group_fail(&c->group, "%s: no gradient arrived", name);
    }
}

static void case_run(Fixture *fixture, const CaseKind *kind, double bound)
{
    char name[200];
    Case c = {.fixture = fixture, .kind = kind, .group = group_begin(kind->name, RELATIVE, bound)};
    TapeMark mark = tape_mark();
    if (kind->make != NULL)
        kind->make(&c);
    read_inputs(&c);
    if (!c.group.failed) {
        Tensor *out = forward(&c);
        snprintf(name, sizeof name, "%s/out", kind->name);
        group_compare(&c.group, fixture, name, out->data, out->shape);
        if (out->wants_grad)
            compare_gradients(&c, out);
    }
    group_end(&c.group);
    parameters_free(&c.list);
    tape_release(mark);
}

void cases_run(const char *path, const CaseKind *kinds, size_t count, double bound)
{
    Fixture fixture = fixture_open(path);
    for (size_t i = 0; i < count; i++)
        case_run(&fixture, &kinds[i], bound);
    fixture_close(&fixture);
}
