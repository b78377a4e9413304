/* sealed: the answers of a handout, scrambled: every byte is mixed with one of a random stream of a
 * known seed. Under that, entries follow one another: "SIZE PATH", a newline, and SIZE bytes of the
 * file. */
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const char sealed_path[] = "exercises/sealed";
static const uint64_t seed = 1964; /* the year of Wengert's paper */

static void scramble(char *bytes, size_t size)
{
    Random random = random_make(seed, 0);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(bytes[i] ^ (char)(random_bits(&random) & 0xff));
}

void sealing_add(Sealing *sealing, const char *path, const char *text)
{
    char *entry = text_format("%zu %s\n%s", strlen(text), path, text);
    size_t size = strlen(entry);
    sealing->bytes = memory_realloc(sealing->bytes, sealing->size + size);
    memcpy(sealing->bytes + sealing->size, entry, size);
    sealing->size += size;
    free(entry);
}

Error sealing_write(Sealing *sealing, const char *path)
{
    NewFile file;
    scramble(sealing->bytes, sealing->size);
    Error error = file_create(&file, path);
    if (!error.failed) {
        fwrite(sealing->bytes, 1, sealing->size, file.stream);
        error = file_commit(&file);
    }
    free(sealing->bytes);
    *sealing = (Sealing){NULL, 0};
    return error;
}

bool course_is_sealed(void) { return file_exists(sealed_path); }

/* The sealed file as it was, read once and kept. */
static Error sealed_read(const Sealing **sealed)
{
    static Sealing kept;
    MappedFile file;
    *sealed = &kept;
    if (kept.bytes != NULL)
        return no_error();
    Error error = file_map(&file, sealed_path);
    if (error.failed)
        return error;
    kept = (Sealing){memory_alloc(file.size + 1), file.size};
    if (file.size > 0)
        memcpy(kept.bytes, file.bytes, file.size);
    scramble(kept.bytes, kept.size);
    kept.bytes[kept.size] = '\0';
    file_unmap(&file);
    return no_error();
}

/* The entry of a path: its text, not ended by a zero; NULL when there is none, or at what is no
 * entry. */
static const char *entry_find(const Sealing *sealed, const char *path, size_t *size)
{
    const char *at = sealed->bytes, *end = at + sealed->size;
    while (at < end) {
        char *name;
        *size = strtoul(at, &name, 10);
        const char *line = memchr(at, '\n', (size_t)(end - at));
        if (name == at || *name != ' ' || line == NULL || *size > (size_t)(end - line) - 1)
            return NULL;
        name++;
        if ((size_t)(line - name) == strlen(path) && memcmp(name, path, strlen(path)) == 0)
            return line + 1;
        at = line + 1 + *size;
    }
    return NULL;
}

Error course_text(const char *path, char **text)
{
    const Sealing *sealed;
    size_t size;
    if (!course_is_sealed())
        return text_read(path, text);
    Error error = sealed_read(&sealed);
    if (error.failed)
        return error;
    const char *found = entry_find(sealed, path, &size);
    *text = NULL;
    if (found == NULL)
        return error_make("%s: expected %.300s in it, found none: unpack the handout again",
                          sealed_path, path);
    *text = text_format("%.*s", (int)size, found);
    return no_error();
}
