/* figure: drawing a log with gnuplot.
 *
 * gnuplot runs as a child with one -e argument that sets the variables of the contract in
 * plots/style.gp, and then the script. No shell stands between, and every character of a name that
 * could mean something to gnuplot is written as an octal escape, so a file may be called anything.
 * What gnuplot complains about is read from its stderr and becomes the Error. Used by the training
 * programs from chapter 01 on. */
#include "show/show.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Looks for gnuplot along PATH as execvp would; `path` is left empty when it is not there. */
static void find_gnuplot(char *path, size_t size)
{
    const char *folder = getenv("PATH");
    while (folder != NULL) {
        const char *end = strchr(folder, ':');
        int length = (int)(end != NULL ? end - folder : (long)strlen(folder));
        struct stat status;
        int needed = snprintf(path, size, "%.*s%sgnuplot", length, folder, length > 0 ? "/" : "./");
        if (needed < (int)size && access(path, X_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode))
            return;
        folder = end != NULL ? end + 1 : NULL;
    }
    path[0] = '\0';
}

bool figure_available(void)
{
    char path[1024];
    find_gnuplot(path, sizeof path);
    return path[0] != '\0';
}

static Error gnuplot_missing(void)
{
#ifdef __APPLE__
    return error_make("gnuplot is not installed: brew install gnuplot");
#else
    return error_make("gnuplot is not installed: apt-get install gnuplot-nox (dnf, pacman, apk, zypper: gnuplot)");
#endif
}

/* Writes `name` as a file name inside a double-quoted gnuplot string. A leading "./" keeps a name
 * that begins with <, |, - or ~ from being a command, an option or a home folder. */
static void write_name(FILE *command, const char *name)
{
    if (name[0] != '/')
        fputs("./", command);
    for (const char *c = name; *c != '\0'; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("/._-", *c) != NULL;
        if (plain)
            fputc(*c, command);
        else
            fprintf(command, "\\%03o", (unsigned)(unsigned char)*c);
    }
}

static void write_variable(FILE *command, const char *variable, const char *name)
{
    fprintf(command, "%s=\"", variable);
    write_name(command, name);
    fputs("\"; ", command);
}

/* In the terminal: the whole width but for the last column, no more than what reads well, and a
 * height that leaves room for a prompt. */
static void write_size(FILE *command)
{
    int columns = terminal_columns(stdout) - 1, rows = terminal_rows(stdout) - 2;
    columns = columns > 120 ? 120 : columns < 30 ? 30 : columns;
    rows = rows > 32 ? 32 : rows < 12 ? 12 : rows;
    fprintf(command, "dumb=\"%d %d\"; colour=%d; ", columns, rows, terminal_has_colour(stdout));
}

/* The variables of plots/style.gp, as one string that the caller frees. `root` holds plots/. */
static char *command_make(const char *root, const char *tsv, const char *out)
{
    char *text = NULL;
    size_t size = 0;
    FILE *command = open_memstream(&text, &size);
    if (command == NULL)
        exit_with("out of memory: gnuplot's command could not be put together");
    fputs("set loadpath \"", command);
    write_name(command, root);
    fputs("\"; ", command);
    write_variable(command, "tsv", tsv);
    if (out != NULL)
        write_variable(command, "out", out);
    else
        write_size(command);
    fclose(command);
    return text;
}

/* Keeps the last line with something to read in it of all that comes from `descriptor`. */
static void read_complaint(int descriptor, char *complaint, size_t size)
{
    char line[400];
    size_t length = 0;
    complaint[0] = '\0';
    for (;;) {
        char c;
        ssize_t got = read(descriptor, &c, 1); /* a complaint is short: no buffer is needed */
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 1 && c != '\n') {
            if (length + 1 < sizeof line && (length > 0 || c != ' '))
                line[length++] = c;
            continue;
        }
        line[length] = '\0';
        if (length > 1) /* longer than the ^ that points into a line */
            snprintf(complaint, size, "%s", line);
        length = 0;
        if (got != 1)
            return;
    }
}

/* Starts the child with no input and with stderr going to `complaints`. Returns errno, or 0. */
static int start(pid_t *child, const char *program, char *const arguments[], const int complaints[2])
{
    posix_spawn_file_actions_t actions;
    int problem = posix_spawn_file_actions_init(&actions);
    if (problem != 0)
        return problem;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, complaints[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, complaints[0]);
    posix_spawn_file_actions_addclose(&actions, complaints[1]);
    problem = posix_spawn(child, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

static Error run_gnuplot(const char *program, const char *command, const char *script)
{
    /* Closing the output makes gnuplot wait for the filter that a drawing in characters goes through. */
    static char name[] = "gnuplot", defaults[] = "-d", execute[] = "-e", close_output[] = "unset output";
    char *const arguments[] = {name, defaults, execute, (char *)(uintptr_t)command,
                               (char *)(uintptr_t)script, execute, close_output, NULL};
    char complaint[400];
    int complaints[2], status = 0;
    pid_t child;
    fflush(stdout); /* the child writes to the same place */
    if (pipe(complaints) != 0)
        return error_make("gnuplot cannot be started: %s", strerror(errno));
    int problem = start(&child, program, arguments, complaints);
    close(complaints[1]);
    if (problem == 0) {
        read_complaint(complaints[0], complaint, sizeof complaint);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    close(complaints[0]);
    if (problem != 0)
        return error_make("%s cannot be started: %s", program, strerror(problem));
    if (WIFSIGNALED(status))
        return error_make("gnuplot was stopped by signal %d while drawing %s", WTERMSIG(status), script);
    if (status != 0)
        return error_make("gnuplot could not draw %s: %s", script, complaint[0] != '\0' ? complaint : "it did not say why");
    return no_error();
}

/* gnuplot does not notice a full disk, so the end of the SVG is looked at before it gets its name. */
static Error svg_commit(const char *temporary, const char *out)
{
    static const char end[] = "</svg>";
    char tail[32] = "";
    FILE *file = fopen(temporary, "rb");
    bool whole = file != NULL && fseek(file, -(long)(sizeof tail - 1), SEEK_END) == 0 &&
                 fread(tail, 1, sizeof tail - 1, file) > 0 && strstr(tail, end) != NULL;
    int problem = whole ? 0 : EIO;
    if (whole && fsync(fileno(file)) != 0)
        problem = errno;
    if (file != NULL)
        fclose(file);
    if (problem == 0 && rename(temporary, out) != 0)
        problem = errno;
    if (problem == 0)
        return no_error();
    unlink(temporary);
    return error_make("%s: cannot be written%s%s", out, whole ? ": " : " whole: is the disk full?",
                      whole ? strerror(problem) : "");
}

static Error check_readable(const char *path, const char *what)
{
    struct stat status;
    if (stat(path, &status) != 0 || access(path, R_OK) != 0)
        return error_make("%s: %s cannot be read: %s", path, what, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_make("%s: expected %s, found a folder", path, what);
    return no_error();
}

/* Where the script is, and the folder that holds plots/: "loss.gp" is ./plots/loss.gp under "." */
static Error find_script(const char *script, char *path, char *root, size_t size)
{
    const char *name = strrchr(script, '/');
    int folder = name == NULL ? 0 : (int)(name - script);
    int needed = name == NULL ? snprintf(path, size, "./plots/%s", script)
                              : snprintf(path, size, "%s%s", script[0] == '/' ? "" : "./", script);
    snprintf(root, size, "%.*s/..", folder, script);
    if (name == NULL)
        snprintf(root, size, ".");
    if (needed >= (int)size - 4)
        return error_make("%s: the name is longer than %zu bytes", script, size - 12);
    return check_readable(path, "a gnuplot script");
}

Error figure_draw(const char *script, const char *tsv, const char *out)
{
    char program[1024], path[1024], root[1024], temporary[1024];
    find_gnuplot(program, sizeof program);
    if (program[0] == '\0')
        return gnuplot_missing();
    Error error = find_script(script, path, root, sizeof path);
    if (!error.failed)
        error = check_readable(tsv, "a table");
    if (!error.failed && out != NULL && snprintf(temporary, sizeof temporary, "%s.tmp", out) >= (int)sizeof temporary)
        error = error_make("%s: the name is longer than %zu bytes", out, sizeof temporary - 5);
    if (error.failed)
        return error;
    char *command = command_make(root, tsv, out != NULL ? temporary : NULL);
    error = run_gnuplot(program, command, path);
    free(command);
    if (out != NULL && error.failed)
        unlink(temporary);
    else if (out != NULL)
        error = svg_commit(temporary, out);
    return error;
}
