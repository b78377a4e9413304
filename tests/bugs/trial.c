/* trial: one bug at a time in each slot: the mutated file compiled with the library's own flags,
 * linked in place of the library's object, the gate run on its op's rows and judged by what it
 * says.
 *
 * No shell stands between: a child is forked, limited and executed, its output read through a pipe,
 * its whole process group killed when its time is up. Several slots are served by one poll. */
#include "bugs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS_MAX = 64, OUTPUT_MAX = 1 << 18, WORDS_MAX = 600 };
static const double BUILD_LIMIT = 60; /* seconds for a compiler */
static const rlim_t MEMORY_LIMIT = (rlim_t)2 << 30;

typedef enum { COMPILING, LINKING, RUNNING } Stage;

typedef struct {
    Bug *bug; /* NULL while the slot is free */
    int index;
    Stage stage;
    pid_t pid;
    int pipe; /* -1 once the child has closed its end */
    double deadline;
    char *output;
    size_t used;
    char source[400], object[400], gate[400];
} Slot;

static volatile sig_atomic_t interrupted = 0;

static void on_signal(int number) { interrupted = number; }

/* ---- children -------------------------------------------------------------------------------- */
static void limit(int what, rlim_t most)
{
    struct rlimit now;
    if (getrlimit(what, &now) != 0)
        return;
    if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most)
        now.rlim_max = most;
    now.rlim_cur = most < now.rlim_max ? most : now.rlim_max;
    setrlimit(what, &now);
}

/* In the child: never returns. */
static void become(char *const *words, int out, bool is_gate, double seconds, bool bound_memory)
{
    int null = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
    dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    if (is_gate) {
        limit(RLIMIT_CORE, 0);
        limit(RLIMIT_FSIZE, 0);
        limit(RLIMIT_CPU, (rlim_t)seconds + 1);
        if (bound_memory)
            limit(RLIMIT_AS, MEMORY_LIMIT);
    }
    execvp(words[0], words);
    dprintf(2, "%s: cannot be run: %s\n", words[0], strerror(errno));
    _exit(127);
}

static Error slot_spawn(Slot *slot, char *const *words, double seconds, bool bound_memory)
{
    int ends[2];
    if (pipe(ends) != 0)
        return error_make("pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fflush(NULL);
    slot->pid = fork();
    if (slot->pid == 0)
        become(words, ends[1], slot->stage == RUNNING, seconds, bound_memory);
    close(ends[1]);
    slot->pipe = ends[0];
    slot->used = 0;
    slot->deadline = seconds_now() + seconds;
    if (slot->pid < 0) {
        close(ends[0]);
        return error_make("fork: %s", strerror(errno));
    }
    setpgid(slot->pid, slot->pid); /* here too: whichever of the two comes first */
    return no_error();
}

/* Takes what the child wrote; closes the pipe at its end. */
static void slot_read(Slot *slot)
{
    char spare[4096];
    for (;;) {
        size_t room = OUTPUT_MAX - 1 - slot->used;
        ssize_t got = room > 0 ? read(slot->pipe, slot->output + slot->used, room)
                               : read(slot->pipe, spare, sizeof spare);
        if (got < 0)
            return;
        if (got == 0) {
            close(slot->pipe);
            slot->pipe = -1;
            return;
        }
        slot->used += room > 0 ? (size_t)got : 0;
    }
}

/* ---- stages ---------------------------------------------------------------------------------- */
static Error file_write(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(text, 1, size, file) == size;
    if (file == NULL || fclose(file) != 0 || !written)
        return error_make("%s: cannot be written: %s", path, strerror(errno));
    return no_error();
}

static void words_add(char **words, int *count, char *const *more)
{
    for (; *more != NULL && *count < WORDS_MAX - 1; more++)
        words[(*count)++] = *more;
}

static Error start_compiling(Slot *slot, const Recipe *recipe)
{
    size_t size;
    char *text = bug_text(slot->bug, &size), *words[WORDS_MAX];
    Error error = file_write(slot->source, text, size);
    free(text);
    if (error.failed)
        return error;
    int count = 0;
    words_add(words, &count, recipe->compile);
    words_add(words, &count, (char *[]){"-w", "-c", slot->source, "-o", slot->object, NULL});
    words[count] = NULL;
    slot->stage = COMPILING;
    return slot_spawn(slot, words, BUILD_LIMIT, false);
}

static char *const *gate_objects(const Recipe *recipe, const char *chapter)
{
    for (char ***gate = recipe->gates; *gate != NULL; gate++)
        if (strcmp(**gate, chapter) == 0)
            return *gate + 1;
    return NULL;
}

/* The path of the library's own object of a subject's file: the recipe's folder, the file, ".o". */
static bool is_own_object(const Recipe *recipe, const Subject *subject, const char *object)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%.*s.o", recipe->objects, (int)strlen(subject->file) - 2,
             subject->file);
    return strcmp(path, object) == 0;
}

static Error start_linking(Slot *slot, const Recipe *recipe)
{
    char *words[WORDS_MAX];
    int count = 0;
    words_add(words, &count, recipe->link);
    char *const *objects = gate_objects(recipe, slot->bug->subject->chapter);
    for (; *objects != NULL && count < WORDS_MAX - 1; objects++)
        words[count++] =
            is_own_object(recipe, slot->bug->subject, *objects) ? slot->object : *objects;
    words_add(words, &count, recipe->libs);
    words_add(words, &count, (char *[]){"-o", slot->gate, NULL});
    words[count] = NULL;
    slot->stage = LINKING;
    return slot_spawn(slot, words, BUILD_LIMIT, false);
}

/* An address sanitizer maps terabytes of shadow: under it the memory is not bounded. */
static bool has_sanitizer(const Recipe *recipe)
{
    for (char *const *word = recipe->compile; *word != NULL; word++)
        if (strncmp(*word, "-fsanitize", 10) == 0)
            return true;
    return false;
}

static Error start_running(Slot *slot, const TrialSettings *settings)
{
    char *const words[] = {slot->gate, "--only", slot->bug->subject->row, NULL};
    slot->stage = RUNNING;
    return slot_spawn(slot, words, settings->limit, !has_sanitizer(settings->recipe));
}

/* ---- the verdict ----------------------------------------------------------------------------- */
static void verdict_none(Bug *bug, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void verdict_none(Bug *bug, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(bug->note, sizeof bug->note, format, arguments);
    va_end(arguments);
    bug->verdict = NO_VERDICT;
}

/* The last line with something on it; the text is cut there. */
static const char *last_line(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    char *newline = strrchr(text, '\n');
    return newline == NULL ? text : newline + 1;
}

/* Rows of `row` that end in WRONG. */
static int wrong_rows(const char *text, const char *row)
{
    int wrong = 0;
    size_t length = strlen(row);
    for (const char *line = text; *line != '\0';) {
        const char *end = line + strcspn(line, "\n");
        bool own = strncmp(line, "  ", 2) == 0 && strncmp(line + 2, row, length) == 0 &&
                   line[2 + length] == ' ';
        wrong += own && end - line > 7 && strncmp(end - 7, "  WRONG", 7) == 0;
        line = *end == '\0' ? end : end + 1;
    }
    return wrong;
}

static void judge_gate(Slot *slot, int status)
{
    Bug *bug = slot->bug;
    int wrong = wrong_rows(slot->output, bug->subject->row), passed, failed, used = 0;
    const char *last = last_line(slot->output);
    if (WIFSIGNALED(status)) {
        verdict_none(bug, "stopped by signal %d: %.120s", WTERMSIG(status), last);
        return;
    }
    bool closes =
        sscanf(last, "%d passed, %d failed%n", &passed, &failed, &used) == 2 && last[used] == '\0';
    if (!closes || WEXITSTATUS(status) != (failed > 0) || (failed > 0) != (wrong > 0) ||
        passed + failed == 0) {
        verdict_none(bug, "no closing line that fits, exit status %d: %.120s", WEXITSTATUS(status),
                     last);
        return;
    }
    snprintf(bug->note, sizeof bug->note, "%d passed, %d failed", passed, failed);
    bug->verdict = failed > 0 ? CAUGHT : bug->n_edits == 0 ? PASSED : SURVIVED;
}

/* The stage's child is gone: the next stage, or the verdict. True when the trial is over. */
static bool slot_advance(Slot *slot, int status, const TrialSettings *settings, Error *error)
{
    slot->output[slot->used] = '\0';
    if (slot->stage == RUNNING) {
        judge_gate(slot, status);
        return true;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        verdict_none(slot->bug, "does not %s: %.140s",
                     slot->stage == COMPILING ? "compile" : "link", slot->output);
        slot->bug->note[strcspn(slot->bug->note, "\n")] = '\0';
        return true;
    }
    *error = slot->stage == COMPILING ? start_linking(slot, settings->recipe)
                                      : start_running(slot, settings);
    return error->failed;
}

/* ---- all of them ----------------------------------------------------------------------------- */
static Error slot_begin(Slot *slot, Bugs *bugs, int index, const TrialSettings *settings)
{
    slot->bug = &bugs->items[index];
    slot->index = index;
    const Subject *subject = slot->bug->subject;
    const char *file = strrchr(subject->file, '/');
    char *folder = text_format("%.*s", (int)(strrchr(slot->gate, '/') - slot->gate), slot->gate);
    snprintf(slot->source, sizeof slot->source, "%s/%s", folder,
             file == NULL ? subject->file : file + 1);
    free(folder);
    char *const *objects = gate_objects(settings->recipe, subject->chapter);
    while (objects != NULL && *objects != NULL &&
           !is_own_object(settings->recipe, subject, *objects))
        objects++;
    if (objects == NULL || *objects == NULL) {
        verdict_none(slot->bug,
                     objects == NULL ? "chapter %s has no gate yet"
                                     : "the gate of %s does not link this file",
                     subject->chapter);
        return no_error();
    }
    return start_compiling(slot, settings->recipe);
}

static void slot_end(Slot *slot, const TrialSettings *settings)
{
    remove(slot->source);
    remove(slot->object);
    remove(slot->gate);
    slot->bug = NULL;
    if (settings->finished != NULL)
        settings->finished(slot->index, settings->context);
}

static void slot_kill(Slot *slot)
{
    int status;
    kill(-slot->pid, SIGKILL);
    waitpid(slot->pid, &status, 0);
    if (slot->pipe >= 0)
        close(slot->pipe);
    slot->pipe = -1;
}

/* Looks after one busy slot: reads, reaps, stops what takes too long. */
static Error slot_serve(Slot *slot, const TrialSettings *settings)
{
    int status;
    Error error = no_error();
    if (slot->pipe >= 0)
        slot_read(slot);
    if (slot->pipe < 0 && waitpid(slot->pid, &status, WNOHANG) == slot->pid) {
        kill(-slot->pid, SIGKILL); /* whatever it may have left behind */
        if (slot_advance(slot, status, settings, &error))
            slot_end(slot, settings);
    } else if (seconds_now() > slot->deadline) {
        slot_kill(slot);
        verdict_none(slot->bug, "did not end within %.0f s",
                     slot->stage == RUNNING ? settings->limit : BUILD_LIMIT);
        slot_end(slot, settings);
    }
    return error;
}

static void slots_wait(const Slot *slots, int jobs)
{
    struct pollfd watched[SLOTS_MAX];
    nfds_t count = 0;
    int patience = 100; /* milliseconds */
    for (int s = 0; s < jobs; s++)
        if (slots[s].bug != NULL && slots[s].pipe >= 0)
            watched[count++] = (struct pollfd){.fd = slots[s].pipe, .events = POLLIN};
        else if (slots[s].bug != NULL)
            patience = 1; /* its pipe is closed: it is about to end */
    poll(watched, count, patience);
}

static Error slots_make(Slot *slots, const TrialSettings *settings)
{
    for (int s = 0; s < settings->jobs; s++) {
        slots[s] = (Slot){.pipe = -1, .output = memory_alloc(OUTPUT_MAX)};
        char *folder = text_format("%s/%d", settings->recipe->folder, s + 1);
        snprintf(slots[s].object, sizeof slots[s].object, "%s/mutated.o", folder);
        snprintf(slots[s].gate, sizeof slots[s].gate, "%s/gate", folder);
        Error error = folder_make(folder);
        free(folder);
        if (error.failed)
            return error;
    }
    return no_error();
}

static Error serve_all(Slot *slots, Bugs *bugs, const int *index, int count,
                       const TrialSettings *settings)
{
    int next = 0, busy = 1;
    while (next < count || busy > 0) {
        busy = 0;
        for (int s = 0; s < settings->jobs; s++) {
            Error error = no_error();
            if (slots[s].bug != NULL)
                error = slot_serve(&slots[s], settings);
            while (!error.failed && slots[s].bug == NULL && next < count) {
                error = slot_begin(&slots[s], bugs, index[next++], settings);
                if (!error.failed && slots[s].bug->verdict != NOT_RUN)
                    slot_end(&slots[s], settings);
            }
            if (error.failed)
                return error;
            busy += slots[s].bug != NULL;
        }
        if (interrupted)
            return error_make("stopped by signal %d", (int)interrupted);
        if (busy > 0)
            slots_wait(slots, settings->jobs);
    }
    return no_error();
}

Error trials_run(Bugs *bugs, const int *index, int count, const TrialSettings *settings)
{
    require(settings->jobs >= 1 && settings->jobs <= SLOTS_MAX, "trials_run: expected 1 to %d jobs",
            SLOTS_MAX);
    Slot slots[SLOTS_MAX] = {{.bug = NULL}};
    struct sigaction action = {.sa_handler = on_signal}, before[2];
    sigaction(SIGINT, &action, &before[0]);
    sigaction(SIGTERM, &action, &before[1]);
    Error error = slots_make(slots, settings);
    if (!error.failed)
        error = serve_all(slots, bugs, index, count, settings);
    for (int s = 0; s < settings->jobs; s++) {
        if (slots[s].bug != NULL && slots[s].pid > 0)
            slot_kill(&slots[s]);
        free(slots[s].output);
    }
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGTERM, &before[1], NULL);
    return error;
}
