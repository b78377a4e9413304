/* fixture: the files that tests/oracle/ writes. A tensor that the comparison never asked for is as
 * wrong as one that is missing: either means that less was compared than was meant to be. */
#include "parity.h"

#include <stdlib.h>
#include <string.h>

Fixture fixture_open(const char *path)
{
    Fixture fixture;
    exit_if(tensor_file_open(&fixture.file, path));
    fixture.used = memory_calloc(fixture.file.count + 1, sizeof *fixture.used);
    return fixture;
}

const TensorEntry *fixture_find(Fixture *fixture, const char *name)
{
    for (size_t i = 0; i < fixture->file.count; i++)
        if (strcmp(fixture->file.entries[i].name, name) == 0) {
            fixture->used[i] = true;
            return &fixture->file.entries[i];
        }
    return NULL;
}

Shape fixture_shape(const TensorEntry *entry)
{
    Shape shape = shape0();
    for (const cJSON *item = entry->shape->child; item != NULL; item = item->next) {
        if (shape.rank == RANK_MAX)
            exit_with("tensor \"%s\": expected at most %d axes", entry->name, RANK_MAX);
        shape.dim[shape.rank++] = (size_t)item->valuedouble;
    }
    return shape;
}

real *fixture_values(const Fixture *fixture, const TensorEntry *entry, size_t *count)
{
    if (entry->dtype >= READABLE)
        exit_with("%s: tensor \"%s\": expected floating-point numbers, found %s",
                  fixture->file.path, entry->name, dtype_name(entry->dtype));
    *count = shape_size(fixture_shape(entry));
    real *values = memory_alloc((*count + 1) * sizeof *values);
    tensor_entry_read(&fixture->file, entry, values, *count);
    return values;
}

real *fixture_need(Fixture *fixture, const char *name, size_t *count)
{
    const TensorEntry *entry = fixture_find(fixture, name);
    if (entry == NULL)
        exit_with("%s: expected a tensor \"%s\", found none", fixture->file.path, name);
    return fixture_values(fixture, entry, count);
}

int *fixture_ids(Fixture *fixture, const char *name, size_t *count)
{
    real *values = fixture_need(fixture, name, count);
    int *ids = memory_alloc((*count + 1) * sizeof *ids);
    for (size_t i = 0; i < *count; i++)
        ids[i] = (int)values[i];
    free(values);
    return ids;
}

void fixture_close(Fixture *fixture)
{
    for (size_t i = 0; i < fixture->file.count; i++)
        if (!fixture->used[i]) {
            Group group = group_begin("no tensor too many", ABSOLUTE, 0);
            group_fail(&group, "%s: expected no tensor \"%s\", found one", fixture->file.path,
                       fixture->file.entries[i].name);
            group_end(&group);
        }
    free(fixture->used);
    tensor_file_close(&fixture->file);
}
