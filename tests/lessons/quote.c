/* quote: what a fence must hold. A definition is found by the house's layout alone, which puts its
 * first word and its last brace at column 0: no C is parsed. Commands run as they do for a reader,
 * but with what could differ between machines held fixed. */
#include "lessons.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- definitions ----------------------------------------------------------------------------- */
/* One thing at column 0, from its first line to its last. */
typedef struct {
    size_t first, last;
    char *head;       /* up to its brace, or to its semicolon where it has none */
    const char *tail; /* what stands behind the last brace */
    bool has_body;
} Piece;

/* Joins the lines up to the first { or ; into piece->head and returns where that one stands. */
static const char *piece_head(const Text *source, Piece *piece)
{
    piece->head = text_format("%s", "");
    for (; piece->last < source->count; piece->last++) {
        const char *line = source->lines[piece->last];
        size_t length = strcspn(line, "{;");
        char *longer = text_format("%s%.*s ", piece->head, (int)length, line);
        free(piece->head);
        piece->head = longer;
        if (line[length] != '\0')
            return line + length;
    }
    return NULL;
}

/* The piece that begins at line `first`; false if it never ends. */
static bool piece_read(const Text *source, size_t first, Piece *piece)
{
    *piece = (Piece){.first = first, .last = first, .tail = ""};
    const char *stop = piece_head(source, piece);
    if (stop == NULL)
        return false;
    piece->has_body = *stop == '{';
    if (!piece->has_body)
        return true;
    const char *brace = strrchr(stop, '}');
    bool is_list = stop != source->lines[piece->last]; /* a function's brace has its own line */
    while (brace == NULL) {
        if (++piece->last == source->count)
            return false;
        const char *line = source->lines[piece->last], *end = strstr(line, "};");
        if (*line == '}')
            brace = line;
        else if (is_list && end != NULL && end[2] == '\0')
            brace = end;
    }
    piece->tail = brace + 1;
    return true;
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* A name with a ( behind it that stands in no other parentheses. */
static bool is_function(const Piece *piece, const char *name)
{
    int depth = 0;
    const char *at = word_find(piece->head, piece->head, name);
    if (at == NULL || at[strlen(name)] != '(')
        return false;
    for (const char *c = piece->head; c < at; c++)
        depth += (*c == '(') - (*c == ')');
    return depth == 0;
}

static bool is_tagged(const Piece *piece, const char *name)
{
    const char *head = piece->head + (begins_with(piece->head, "typedef ") ? 8 : 0);
    if (!begins_with(head, "struct ") && !begins_with(head, "union ") &&
        !begins_with(head, "enum "))
        return false;
    head += strcspn(head, " ") + 1;
    const char *rest = head + strlen(name);
    return word_find(head, head, name) == head && rest[strspn(rest, " ")] == '\0';
}

/* Whether the piece defines `name`: those with a body come first, for a struct's typedef often
 * stands before the struct. */
static bool piece_defines(const Piece *piece, const char *name, bool with_body)
{
    if (piece->has_body != with_body)
        return false;
    bool is_typedef = begins_with(piece->head, "typedef ");
    if (!with_body)
        return is_typedef && word_find(piece->head, piece->head, name) != NULL;
    return is_function(piece, name) || is_tagged(piece, name) ||
           (is_typedef && word_find(piece->tail, piece->tail, name) != NULL);
}

/* The first line of the comment that ends just above `first`, or `first` where there is none. */
static size_t comment_above(const Text *source, size_t first)
{
    size_t length = first == 0 ? 0 : strlen(source->lines[first - 1]);
    if (length < 2 || strcmp(source->lines[first - 1] + length - 2, "*/") != 0)
        return first;
    size_t at = first - 1;
    while (at > 0 && !begins_with(source->lines[at], "/*"))
        at--;
    return begins_with(source->lines[at], "/* ----") ? first : at;
}

static bool definition_find(const Text *source, const char *name, bool with_body, Piece *found)
{
    for (size_t at = 0; at < source->count; at++) {
        unsigned char c = (unsigned char)source->lines[at][0];
        if (!isalpha(c) && c != '_')
            continue;
        bool ends = piece_read(source, at, found);
        bool defines = ends && piece_defines(found, name, with_body);
        free(found->head);
        found->head = NULL;
        if (defines)
            return true;
        at = ends ? found->last : at;
    }
    return false;
}

static Text lines_copy(const Text *source, size_t begin, size_t end)
{
    size_t room = 1;
    for (size_t i = begin; i < end; i++)
        room += strlen(source->lines[i]) + 1;
    char *bytes = memory_alloc(room), *at = bytes;
    for (size_t i = begin; i < end; i++)
        at += sprintf(at, "%s\n", source->lines[i]);
    *at = '\0';
    return text_split(bytes);
}

Error code_quote(const char *file, const char *name, Text *quoted)
{
    Text source;
    Piece piece;
    Error error = text_open(&source, file);
    if (error.failed)
        return error;
    if (definition_find(&source, name, true, &piece) ||
        definition_find(&source, name, false, &piece))
        *quoted = lines_copy(&source, comment_above(&source, piece.first), piece.last + 1);
    else
        error = error_make("expected a definition of %s in %s, found none", name, file);
    text_free(&source);
    return error;
}

/* ---- commands -------------------------------------------------------------------------------- */
enum { OUTPUT_MAX = 1 << 20 };

/* In the child: never returns. */
static _Noreturn void become(const char *command, int out)
{
    setenv("LC_ALL", "C", 1);
    setenv("WENGERT_CPU", "portable", 1);
    setenv("WENGERT_THREADS", "1", 1);
    setenv("NO_COLOR", "1", 1);
    setpgid(0, 0);
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(out, 1);
    dup2(out, 2);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

typedef struct {
    pid_t id; /* of its process group too */
    int pipe;
    double limit, deadline;
} Child;

static Error child_late(const Child *child)
{
    return error_make("expected an end within %g s, found none", child->limit);
}

/* Everything up to the pipe's end; `output` has room for OUTPUT_MAX bytes and a 0. */
static Error output_read(const Child *child, char *output)
{
    size_t used = 0;
    for (;;) {
        struct pollfd watched = {.fd = child->pipe, .events = POLLIN};
        double left = child->deadline - seconds_now();
        if (left <= 0)
            return child_late(child);
        if (poll(&watched, 1, (int)(left * 1000) + 1) <= 0)
            continue;
        ssize_t got = read(child->pipe, output + used, OUTPUT_MAX + 1 - used);
        if (got < 0 && errno != EINTR)
            return error_make("expected its output, found: %s", strerror(errno));
        used += got > 0 ? (size_t)got : 0;
        if (used > OUTPUT_MAX)
            return error_make("expected at most %d bytes of output, found more", OUTPUT_MAX);
        output[used] = '\0';
        if (got == 0 && strlen(output) != used)
            return error_make("expected text, found a 0 at byte %zu of its output", strlen(output));
        if (got == 0)
            return no_error();
    }
}

/* Waits for a child that has closed its output. */
static Error child_wait(const Child *child, const char *output)
{
    int status, first_line = (int)strcspn(output, "\n");
    while (waitpid(child->id, &status, WNOHANG) == 0) {
        if (seconds_now() > child->deadline) {
            kill(-child->id, SIGKILL);
            waitpid(child->id, &status, 0);
            return child_late(child);
        }
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    bool exited = WIFEXITED(status);
    if (exited && WEXITSTATUS(status) == 0)
        return no_error();
    return error_make("expected exit status 0, found %s %d: \"%.*s\"",
                      exited ? "exit status" : "signal",
                      exited ? WEXITSTATUS(status) : WTERMSIG(status),
                      first_line < 120 ? first_line : 120, output);
}

static Error child_start(Child *child, const char *command)
{
    int ends[2];
    if (pipe(ends) != 0)
        return error_make("expected a pipe, found: %s", strerror(errno));
    fflush(NULL);
    child->id = fork();
    if (child->id == 0) {
        close(ends[0]);
        become(command, ends[1]);
    }
    close(ends[1]);
    child->pipe = ends[0];
    if (child->id > 0) {
        setpgid(child->id, child->id); /* here too: whichever of the two comes first */
        return no_error();
    }
    close(ends[0]);
    return error_make("expected a process, found: %s", strerror(errno));
}

Error command_quote(const char *command, double limit, Text *quoted)
{
    Child child = {.limit = limit, .deadline = seconds_now() + limit};
    Error error = child_start(&child, command);
    if (error.failed)
        return error;
    char *output = memory_alloc(OUTPUT_MAX + 2);
    error = output_read(&child, output);
    close(child.pipe);
    if (error.failed) {
        kill(-child.id, SIGKILL);
        waitpid(child.id, NULL, 0);
    } else {
        error = child_wait(&child, output);
    }
    if (error.failed)
        free(output);
    else
        *quoted = text_split(output);
    return error;
}
