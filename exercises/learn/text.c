/* text: files of text. */
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

Error text_read(const char *path, char **text)
{
    MappedFile file;
    *text = NULL;
    Error error = file_map(&file, path);
    if (error.failed)
        return error;
    *text = memory_alloc(file.size + 1);
    if (file.size > 0)
        memcpy(*text, file.bytes, file.size);
    (*text)[file.size] = '\0';
    if (strlen(*text) != file.size)
        error = error_make("%s: expected text, found a 0 at byte %zu", path, strlen(*text));
    if (error.failed) {
        free(*text);
        *text = NULL;
    }
    file_unmap(&file);
    return error;
}

Error text_write(const char *path, const char *text)
{
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    Error error = no_error();
    if (slash != NULL) {
        *slash = '\0';
        error = folder_make(folder);
    }
    NewFile file;
    if (!error.failed)
        error = file_create(&file, path);
    if (error.failed)
        return error;
    fputs(text, file.stream);
    return file_commit(&file);
}

/* When a file was last written, in nanoseconds; -1 where it is not. */
static int64_t written(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return -1;
#ifdef __APPLE__
    struct timespec time = status.st_mtimespec;
#else
    struct timespec time = status.st_mtim;
#endif
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool file_newer(const char *a, const char *b)
{
    int64_t when = written(a);
    return when >= 0 && when >= written(b);
}

bool file_exists(const char *path)
{
    struct stat status;
    return path != NULL && stat(path, &status) == 0;
}

/* FNV-1a, 64 bits: to see that a text changed, not to keep anyone from changing it. Source: Fowler,
 * Noll, Vo; offset basis and prime as published. */
uint64_t text_hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}
