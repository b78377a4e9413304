/* hurt: copies of a fixture with one thing wrong, and the comparison of two fixtures. */
#include "parity.h"

#include <stdlib.h>
#include <string.h>

/* ---- hurt ----------------------------------------------------------------------------------------
 * The copy goes through lists of parameters and the library's writer. */
static Parameters read_list(const char *path)
{
    Parameters list = {NULL, 0, 0};
    Fixture fixture = fixture_open(path);
    for (size_t i = 0; i < fixture.file.count; i++) {
        const TensorEntry *entry = &fixture.file.entries[i];
        Tensor *tensor = parameters_add(&list, "", entry->name, fixture_shape(entry));
        tensor_entry_read(&fixture.file, entry, tensor->data, tensor->size);
        fixture.used[i] = true;
    }
    fixture_close(&fixture);
    return list;
}

/* With --at N: element N of tensor --name is changed by a 1e-9 of itself, or 1e-9 where it is 0.
 * Without: the tensor is called otherwise, so that one is missing and another is there too many. */
void hurt_command(const Arguments *a)
{
    Parameters list = read_list(a->in);
    bool done = false;
    for (int i = 0; i < list.count; i++) {
        Parameter *p = &list.items[i];
        if (strcmp(p->name, a->name) != 0)
            continue;
        done = a->at == SIZE_MAX || a->at < p->tensor->size;
        if (a->at == SIZE_MAX)
            p->name[strlen(p->name) - 1] ^= 1;
        else if (done)
            p->tensor->data[a->at] += p->tensor->data[a->at] == 0
                                          ? (real)1e-9 : p->tensor->data[a->at] * (real)1e-9;
    }
    if (!done)
        exit_with("%s: expected a tensor \"%s\" with an element %zu", a->in, a->name, a->at);
    exit_if(safetensors_write(&list, a->out));
    parameters_free(&list);
}

/* ---- same ----------------------------------------------------------------------------------------
 * Two fixtures, the one committed and the one made anew: the same names, shapes and numbers. Another
 * PyTorch on another processor may sum in another order, so the numbers may be a few roundings apart. */
void same_command(const Arguments *a)
{
    char name[100];
    const char *slash = strrchr(a->reference, '/');
    snprintf(name, sizeof name, "%s as committed", slash == NULL ? a->reference : slash + 1);
    Fixture made = fixture_open(a->in), committed = fixture_open(a->reference);
    Group group = group_begin(name, RELATIVE, 1e-14);
    for (size_t i = 0; i < made.file.count; i++) {
        const TensorEntry *entry = &made.file.entries[i];
        size_t count;
        real *values = fixture_values(&made, entry, &count);
        group_compare(&group, &committed, entry->name, values, fixture_shape(entry));
        made.used[i] = true;
        free(values);
    }
    group_end(&group);
    fixture_close(&made);
    fixture_close(&committed);
}
