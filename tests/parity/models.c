/* models: whole models out of folders, as others write them, against what PyTorch made of the same:
 * tests/oracle/model.py, gpt2_124m.py and logits.py. */
#include "parity.h"

#include <stdlib.h>
#include <string.h>

/* FOLDER/reference.safetensors, unless another is named. */
static Fixture open_reference(const Arguments *a)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/reference.safetensors", a->in);
    return fixture_open(a->reference != NULL ? a->reference : path);
}

/* ids (B,T) of the reference. */
static int *read_ids(Fixture *fixture, const char *name, size_t *b, size_t *t)
{
    size_t count;
    int *ids = fixture_ids(fixture, name, &count);
    Shape shape = fixture_shape(fixture_find(fixture, name));
    if (shape.rank != 2)
        exit_with("%s: expected %s of two axes, found %s", fixture->file.path, name,
                  shape_text(shape));
    *b = shape.dim[0];
    *t = shape.dim[1];
    return ids;
}

static void compare_gradients(Gpt2 *model, Fixture *fixture, const char *what)
{
    char name[200];
    snprintf(name, sizeof name, "%s: every gradient", what);
    Group group = group_begin(name, RELATIVE, 1e-12);
    for (int i = 0; i < model->parameters.count; i++) {
        const Parameter *p = &model->parameters.items[i];
        snprintf(name, sizeof name, "grad/%s", p->name);
        if (p->tensor->has_grad)
            group_compare(&group, fixture, name, p->tensor->grad, p->tensor->shape);
        else
            group_fail(&group, "%s: no gradient arrived", name);
    }
    group_end(&group);
}

void model_command(const Arguments *a)
{
    Gpt2 *model;
    size_t b, t, tb, tt;
    char name[200];
    exit_if(gpt2_load(&model, a->in));
    Fixture fixture = open_reference(a);
    int *ids = read_ids(&fixture, "ids", &b, &t), *targets = read_ids(&fixture, "targets", &tb, &tt);
    if (tb != b || tt != t)
        exit_with("%s: expected targets (%zu,%zu), found (%zu,%zu)", a->in, b, t, tb, tt);
    TapeMark mark = tape_mark();
    Tensor *loss = gpt2_loss(model, ids, targets, b, t, NULL, 0);
    const Tensor *logits = loss->parents[0];
    snprintf(name, sizeof name, "%s: logits", a->name);
    Group group = group_begin(name, RELATIVE, 1e-12);
    group_compare(&group, &fixture, "logits", logits->data, logits->shape);
    group_end(&group);
    snprintf(name, sizeof name, "%s: loss", a->name);
    group = group_begin(name, RELATIVE, 1e-12);
    group_compare(&group, &fixture, "loss", loss->data, loss->shape);
    group_end(&group);
    tensor_backward(loss);
    compare_gradients(model, &fixture, a->name);
    tape_release(mark);
    fixture_close(&fixture);
    free(ids);
    free(targets);
    gpt2_free(model);
}

/* The logits of a folder on the reference's ids. A reference with logits of both precisions is of
 * weights in F32, and has an absolute bound; one with "logits" is in the folder's own precision. */
void folder_command(const Arguments *a)
{
    Gpt2 *model;
    size_t b, t;
    const bool is_float = sizeof(real) == sizeof(float);
    exit_if(gpt2_load(&model, a->in));
    Fixture fixture = open_reference(a);
    int *ids = read_ids(&fixture, "ids", &b, &t);
    bool both = fixture_find(&fixture, "logits_float") != NULL &&
                fixture_find(&fixture, "logits_double") != NULL;
    const char *tensor = !both ? "logits" : is_float ? "logits_float" : "logits_double";
    Group group = group_begin(a->name, both ? ABSOLUTE : RELATIVE, a->bound);
    TapeMark mark = tape_mark();
    bool recording = tape_set_recording(false);
    const Tensor *logits = gpt2_forward(model, ids, b, t, NULL, 0);
    group_compare(&group, &fixture, tensor, logits->data, logits->shape);
    tape_set_recording(recording);
    tape_release(mark);
    group_end(&group);
    fixture_close(&fixture);
    free(ids);
    gpt2_free(model);
}
