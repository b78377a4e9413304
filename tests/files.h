/* files: a folder of their own for tests that write files, and what they ask of an Error.
 *
 * The folder is under TMPDIR and removed at the end with all that is in it. */
#ifndef WENGERT_TESTS_FILES_H
#define WENGERT_TESTS_FILES_H

#include "base/base.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char scratch[300];

static inline int scratch_make(void **state)
{
    (void)state;
    const char *place = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%.200s/wengert-XXXXXX", place == NULL ? "/tmp" : place);
    return mkdtemp(scratch) == NULL;
}

static inline void remove_all(const char *path)
{
    struct stat status;
    DIR *listing = NULL;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
        listing = opendir(path);
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        size_t size = strlen(path) + strlen(entry->d_name) + 2;
        char *inner = memory_alloc(size);
        snprintf(inner, size, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_all(inner);
        free(inner);
    }
    if (listing != NULL)
        closedir(listing);
    remove(path);
}

/* The path of a name in the folder; good until scratch_remove. */
static char *known_paths[200];
static inline const char *path_of(const char *name)
{
    char path[700];
    int length = snprintf(path, sizeof path, "%s/%s", scratch, name), i = 0;
    assert_true(length < (int)sizeof path);
    while (known_paths[i] != NULL && strcmp(known_paths[i], path) != 0)
        assert_true(++i < 200);
    if (known_paths[i] == NULL) {
        known_paths[i] = memory_alloc((size_t)length + 1);
        memcpy(known_paths[i], path, (size_t)length + 1);
    }
    return known_paths[i];
}

static inline int scratch_remove(void **state)
{
    (void)state;
    remove_all(scratch);
    for (int i = 0; i < 200; i++)
        free(known_paths[i]);
    return 0;
}

/* Removed first: some file systems put a file to disk at once when it is written over. */
static inline void write_file(const char *path, const void *bytes, size_t size)
{
    remove(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(size == 0 || fwrite(bytes, 1, size, file) == size);
    assert_int_equal(fclose(file), 0);
}

/* The whole file, with a NUL behind it; the caller frees. */
static inline unsigned char *read_file(const char *path, size_t *size)
{
    MappedFile file;
    Error error = file_map(&file, path);
    if (error.failed)
        fail_msg("%s", error.text);
    unsigned char *bytes = calloc(file.size + 1, 1);
    if (file.size > 0)
        memcpy(bytes, file.bytes, file.size);
    *size = file.size;
    file_unmap(&file);
    return bytes;
}

static inline void expect_none(Error error)
{
    if (error.failed)
        fail_msg("expected no error: %s", error.text);
}

/* An error of one line that holds this part. */
static inline void expect_error(Error error, const char *part)
{
    if (!error.failed)
        fail_msg("expected an error with \"%s\"", part);
    if (strstr(error.text, part) == NULL)
        fail_msg("expected \"%s\" in: %s", part, error.text);
    assert_null(strchr(error.text, '\n'));
}

#endif
