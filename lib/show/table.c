/* table: the log of a run, as tab-separated values.
 *
 * A log outlives its run: figures are drawn from it, runs are compared by it, and a resumed run goes
 * on writing it. So it promises that numbers come back exactly, that a kill -9 at any moment leaves
 * whole rows but for at most the last line, and that the log of a resumed run is the log of a run
 * that never stopped. Rows go straight to write(2): what stdio still held would die with the
 * process. First used in chapter 01; resuming is chapter 15's. */
#include "show/show.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGITS = sizeof(real) == sizeof(float) ? 9 : 17, NUMBER = 32 };

static size_t columns_count(const char *columns)
{
    size_t count = 1;
    for (const char *c = columns; *c != '\0'; c++) {
        require(*c != '\t' && *c != '\n', "a log's column names are separated by single spaces: \"%s\"", columns);
        count += *c == ' ';
    }
    return count;
}

/* The header line with its newline, in memory that the caller frees. */
static char *header_make(const char *columns)
{
    size_t length = strlen(columns);
    char *header = memory_alloc(length + 2);
    for (size_t i = 0; i < length; i++)
        header[i] = (char)(columns[i] == ' ' ? '\t' : columns[i]);
    header[length] = '\n';
    header[length + 1] = '\0';
    return header;
}

static Error cannot_write(const TsvLog *log, int problem)
{
    return error_make("%s: cannot be written: %s", log->path, strerror(problem));
}

/* Appends all of `text` or, when that fails, takes back the part that was written. */
static Error append(TsvLog *log, const char *text, size_t length)
{
    off_t whole = lseek(log->descriptor, 0, SEEK_END);
    for (size_t done = 0; done < length;) {
        ssize_t written = write(log->descriptor, text + done, length - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            Error error = cannot_write(log, written < 0 ? errno : EIO);
            if (whole >= 0 && ftruncate(log->descriptor, whole) != 0)
                errno = 0; /* a pipe or a device cannot be cut back, and has nothing to keep whole */
            return error;
        }
        done += (size_t)written;
    }
    return no_error();
}

static Error log_open(TsvLog *log, const char *path, const char *columns, int flags)
{
    *log = (TsvLog){.descriptor = -1, .columns = columns_count(columns)};
    if (strlen(path) >= sizeof log->path)
        return error_make("%s: the name is longer than %zu bytes", path, sizeof log->path - 1);
    snprintf(log->path, sizeof log->path, "%s", path);
    log->descriptor = open(path, flags | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
    return log->descriptor < 0 ? cannot_write(log, errno) : no_error();
}

static Error make_parent(const char *path)
{
    char folder[1024];
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof folder)
        return no_error();
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    return folder_make(folder);
}

Error tsv_create(TsvLog *log, const char *path, const char *columns)
{
    Error error = make_parent(path);
    if (error.failed) {
        *log = (TsvLog){.descriptor = -1};
        return error;
    }
    error = log_open(log, path, columns, O_CREAT | O_TRUNC);
    if (error.failed)
        return error;
    char *header = header_make(columns);
    error = append(log, header, strlen(header));
    free(header);
    if (error.failed)
        tsv_close(log);
    return error;
}

/* Reads the row in `line` (it ends with a newline): its first number, and whether all of it is
 * `columns` numbers. */
static bool row_read(const char *line, size_t columns, double *first)
{
    for (size_t i = 0; i < columns; i++) {
        char *end;
        double value = strtod(line, &end);
        if (isspace((unsigned char)*line) || end == line || *end != (i + 1 < columns ? '\t' : '\n'))
            return false;
        if (i == 0)
            *first = value;
        line = end + 1;
    }
    return true;
}

Error tsv_create_beside(TsvLog *log, const char *path, const char *what, const char *columns)
{
    char name[sizeof log->path];
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, ".tsv") == 0)
        length -= 4;
    int written = snprintf(name, sizeof name, "%.*s-%s.tsv", (int)length, path, what);
    log->descriptor = -1;
    if (written < 0 || (size_t)written >= sizeof name)
        return error_make("%s-%s.tsv: the name is longer than %zu bytes", path, what, sizeof name - 1);
    return tsv_create(log, name, columns);
}

/* Copies to `out` what a resumed run keeps of the rows. `text` ends with a zero byte. */
static Error rows_keep(FILE *out, const char *path, const char *text, size_t columns, size_t step)
{
    size_t number = 2;
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1, number++) {
        double first = 0;
        if (!row_read(text, columns, &first))
            return error_make("%s:%zu: expected %zu numbers with tabs between them, found \"%.*s\"", path, number,
                              columns, (int)(end - text < 100 ? end - text : 100), text);
        if (first <= (double)step)
            fwrite(text, 1, (size_t)(end - text) + 1, out);
    }
    return no_error();
}

static Error log_cut(const char *path, const char *text, const char *columns, size_t step)
{
    char *header = header_make(columns);
    size_t length = strlen(header);
    NewFile file;
    Error error = no_error();
    if (strncmp(text, header, length) != 0)
        error = error_make("%s:1: expected the columns \"%s\", found \"%.*s\"", path, columns,
                           (int)strcspn(text, "\n"), text);
    if (!error.failed)
        error = file_create(&file, path);
    if (!error.failed) {
        fwrite(header, 1, length, file.stream);
        error = rows_keep(file.stream, path, text + length, columns_count(columns), step);
        if (error.failed)
            file_abandon(&file);
        else
            error = file_commit(&file);
    }
    free(header);
    return error;
}

Error tsv_resume(TsvLog *log, const char *path, const char *columns, size_t step)
{
    struct stat status;
    if (stat(path, &status) != 0 && errno == ENOENT)
        return tsv_create(log, path, columns);
    *log = (TsvLog){.descriptor = -1};
    MappedFile file;
    Error error = file_map(&file, path);
    if (error.failed)
        return error;
    char *text = memory_alloc(file.size + 1); /* with the zero byte that strtod needs to stop at */
    if (file.size > 0)
        memcpy(text, file.bytes, file.size);
    text[file.size] = '\0';
    file_unmap(&file);
    error = log_cut(path, text, columns, step);
    free(text);
    return error.failed ? error : log_open(log, path, columns, 0);
}

Error tsv_row(TsvLog *log, size_t count, const double *values)
{
    require(log->descriptor >= 0, "tsv_row: the log %s is closed", log->path);
    require(count == log->columns, "tsv_row: %s has %zu columns, found %zu values", log->path, log->columns, count);
    char *row = memory_alloc(count * NUMBER);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        char end = i + 1 < count ? '\t' : '\n';
        if (isnan(values[i])) /* printf may write "-nan" */
            length += (size_t)snprintf(row + length, NUMBER, "nan%c", end);
        else
            length += (size_t)snprintf(row + length, NUMBER, "%.*g%c", (int)DIGITS, values[i], end);
    }
    Error error = append(log, row, length);
    free(row);
    return error;
}

Error tsv_sync(TsvLog *log)
{
    require(log->descriptor >= 0, "tsv_sync: the log %s is closed", log->path);
    /* What cannot be synced (a pipe, a device) says EINVAL or ENOTSUP: there is nothing to wait for. */
    if (fsync(log->descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
        return cannot_write(log, errno);
    return no_error();
}

Error tsv_close(TsvLog *log)
{
    int descriptor = log->descriptor;
    log->descriptor = -1;
    if (descriptor >= 0 && close(descriptor) != 0 && errno != EINTR)
        return cannot_write(log, errno);
    return no_error();
}
