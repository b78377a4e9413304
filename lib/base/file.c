/* file: reading by mapping, writing whole or not at all.
 *
 * A writer that is killed, or finds the disk full, must leave the old file as it was. So a new file
 * is written under a temporary name beside the old one, flushed and synced, and only then renamed
 * over it: on one file system a rename happens completely or not at all. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

Error file_map(MappedFile *file, const char *path)
{
    *file = (MappedFile){NULL, 0};
    /* Not waiting: to open a pipe that nobody writes to would take for ever. */
    int descriptor = open(path, O_RDONLY | O_NONBLOCK);
    if (descriptor < 0)
        return error_make("%s: cannot be read: %s", path, strerror(errno));
    struct stat status;
    Error error = no_error();
    if (fstat(descriptor, &status) != 0)
        error = error_make("%s: cannot be read: %s", path, strerror(errno));
    else if (!S_ISREG(status.st_mode))
        error = error_make("%s: expected a file, found %s", path,
                           S_ISDIR(status.st_mode) ? "a folder" : "something else");
    else if (status.st_size > 0) {
        size_t size = (size_t)status.st_size;
        void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes == MAP_FAILED)
            error = error_make("%s: cannot be mapped: %s", path, strerror(errno));
        else
            *file = (MappedFile){bytes, size};
    }
    close(descriptor);
    return error;
}

void file_unmap(MappedFile *file)
{
    if (file->bytes != NULL)
        munmap((void *)(uintptr_t)file->bytes, file->size);
    *file = (MappedFile){NULL, 0};
}

/* A rename over a device or a link would put a file in its place. */
static Error check_replaceable(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0 || S_ISREG(status.st_mode))
        return no_error();
    return error_make("%s: expected a file or nothing, found %s: cannot be written", path,
                      S_ISDIR(status.st_mode)   ? "a folder"
                      : S_ISLNK(status.st_mode) ? "a link"
                                                : "something else");
}

Error file_create(NewFile *file, const char *path)
{
    if (strlen(path) >= sizeof file->path)
        return error_make("%.60s...: the name is longer than %zu bytes", path, sizeof file->path - 1);
    Error error = check_replaceable(path);
    if (error.failed)
        return error;
    snprintf(file->path, sizeof file->path, "%s", path);
    snprintf(file->temporary, sizeof file->temporary, "%s.tmp", path);
    file->stream = fopen(file->temporary, "wb");
    if (file->stream == NULL)
        return error_make("%s: cannot be written: %s", path, strerror(errno));
    return no_error();
}

Error file_commit(NewFile *file)
{
    int problem = 0;
    if (fflush(file->stream) != 0 || ferror(file->stream))
        problem = errno != 0 ? errno : EIO;
    if (problem == 0 && fsync(fileno(file->stream)) != 0)
        problem = errno;
    if (fclose(file->stream) != 0 && problem == 0)
        problem = errno;
    file->stream = NULL;
    if (problem == 0 && rename(file->temporary, file->path) != 0)
        problem = errno;
    if (problem != 0) {
        unlink(file->temporary);
        return error_make("%s: cannot be written: %s", file->path, strerror(problem));
    }
    return no_error();
}

void file_abandon(NewFile *file)
{
    if (file->stream != NULL)
        fclose(file->stream);
    file->stream = NULL;
    unlink(file->temporary);
}

bool file_is_same(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

Error folder_make(const char *path)
{
    char part[1024];
    if (strlen(path) >= sizeof part)
        return error_make("%.60s...: the name is longer than %zu bytes", path, sizeof part - 1);
    snprintf(part, sizeof part, "%s", path);
    for (char *c = part + 1;; c++) {
        if (*c != '/' && *c != '\0')
            continue;
        char kept = *c;
        *c = '\0';
        struct stat status;
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return error_make("%s: the folder cannot be made: %s", part, strerror(errno));
        if (stat(part, &status) != 0 || !S_ISDIR(status.st_mode))
            return error_make("%s: expected a folder, found a file", part);
        if (kept == '\0')
            return no_error();
        *c = kept;
    }
}

Error folder_sync(const char *path)
{
    int descriptor = open(path, O_RDONLY);
    if (descriptor < 0)
        return error_make("%s: cannot be opened: %s", path, strerror(errno));
    /* Some file systems cannot sync a folder and say EINVAL: there is nothing more to do there. */
    int failed = fsync(descriptor) != 0 && errno != EINVAL;
    Error error = failed ? error_make("%s: cannot be synced: %s", path, strerror(errno)) : no_error();
    close(descriptor);
    return error;
}
