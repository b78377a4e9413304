/* child: starting, talking with, bounding and stopping other programs.
 *
 * A child leads a process group, and that group is killed at the end: what student code forked goes with
 * it. Memory is bounded by looking at the resident set, for a bound on address space would stop the
 * sanitizers, which reserve terabytes of it. */
#include "child.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILE_BYTES = 64 << 20, LOOK_MS = 50, DEPTH_MAX = 8, FILES_MAX = 64, READS_AT_ONCE = 64 };

static void limit_set(int what, rlim_t value)
{
    struct rlimit limit;
    if (getrlimit(what, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || value < limit.rlim_max ? value : limit.rlim_max;
    setrlimit(what, &limit);
}

/* In the child, between fork and exec. Descriptors are moved out of the way first, for one of them may
 * be 3 or 4 itself. */
static _Noreturn void become(char *const *words, int requests, int answers, int prints, double seconds)
{
    setpgid(0, 0);
    requests = fcntl(requests, F_DUPFD, 10);
    answers = fcntl(answers, F_DUPFD, 10);
    prints = fcntl(prints, F_DUPFD, 10);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(prints, STDOUT_FILENO);
    dup2(prints, STDERR_FILENO);
    dup2(requests, REQUESTS);
    dup2(answers, ANSWERS);
    for (int descriptor = ANSWERS + 1; descriptor < 256; descriptor++)
        close(descriptor);
    limit_set(RLIMIT_CORE, 0);
    limit_set(RLIMIT_FSIZE, FILE_BYTES);
    limit_set(RLIMIT_NOFILE, FILES_MAX); /* pipes hold memory too */
    limit_set(RLIMIT_CPU, (rlim_t)seconds + 2);
    execvp(words[0], words);
    dprintf(STDERR_FILENO, "%s: cannot be started: %s\n", words[0], strerror(errno));
    _exit(127);
}

static bool pipe_make(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    for (int k = 0; k < 2; k++)
        fcntl(ends[k], F_SETFD, FD_CLOEXEC);
    return true;
}

Error child_start(ChildProgram *child, char *const *words, double seconds, size_t memory)
{
    int requests[2], answers[2], prints[2];
    *child = (ChildProgram){.id = -1, .requests = -1, .answers = -1, .prints = -1, .memory = memory};
    child->deadline = seconds_now() + seconds;
    signal(SIGPIPE, SIG_IGN);
    if (!pipe_make(requests) || !pipe_make(answers) || !pipe_make(prints))
        return error_make("%s: cannot be started: %s", words[0], strerror(errno));
    fflush(stdout);
    child->id = fork();
    if (child->id == 0)
        become(words, requests[0], answers[1], prints[1], seconds);
    close(requests[0]);
    close(answers[1]);
    close(prints[1]);
    child->requests = requests[1];
    child->answers = answers[0];
    child->prints = prints[0];
    if (child->id < 0) {
        Error error = error_make("%s: cannot be started: %s", words[0], strerror(errno));
        child_stop(child);
        return error;
    }
    setpgid(child->id, child->id); /* both sides do it: whichever comes first */
    fcntl(child->prints, F_SETFL, O_NONBLOCK);
    fcntl(child->requests, F_SETFL, O_NONBLOCK);
    return no_error();
}

static void descriptor_close(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

/* What it printed, up to the room there is; the rest is read and dropped, so that it never waits. Not
 * everything at once: one who prints faster than we read must still meet its deadline. */
static void prints_drain(ChildProgram *child)
{
    char more[4096];
    ssize_t got;
    for (int reads = 0; reads < READS_AT_ONCE && child->prints >= 0 &&
                        (got = read(child->prints, more, sizeof more)) > 0; reads++) {
        child->poured += (size_t)got;
        size_t room = PRINTED_ROOM - child->printed;
        size_t kept = (size_t)got < room ? (size_t)got : room;
        memcpy(child->text + child->printed, more, kept);
        child->printed += kept;
    }
    child->text[child->printed] = '\0';
}

/* waitpid, and what it computed. */
static bool reaped(ChildProgram *child, int options)
{
    struct rusage usage;
    if (wait4(child->id, &child->status, options, &usage) != child->id)
        return false;
    child->computed = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    return true;
}

void child_stop(ChildProgram *child)
{
    if (child->id > 0) {
        kill(-child->id, SIGKILL);
        if (child->state == CHILD_RUNS || child->state >= CHILD_TIMED_OUT)
            while (!reaped(child, 0) && errno == EINTR)
                ;
        prints_drain(child);
    }
    child->id = -1;
    descriptor_close(&child->requests);
    descriptor_close(&child->answers);
    descriptor_close(&child->prints);
}

/* Bytes of memory that a process holds; 0 where the system does not say. */
static size_t resident(pid_t id)
{
    char path[60];
    unsigned long pages = 0, all;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)id);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%lu %lu", &all, &pages) != 2)
        pages = 0;
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* The same of a process and of all below it: a sandbox is the parent of what it holds. */
static size_t resident_below(pid_t id, int depth)
{
    char path[80];
    long below;
    size_t sum = resident(id);
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)id, (long)id);
    FILE *file = depth < DEPTH_MAX ? fopen(path, "r") : NULL;
    if (file == NULL)
        return sum;
    while (fscanf(file, "%ld", &below) == 1)
        sum += resident_below((pid_t)below, depth + 1);
    fclose(file);
    return sum;
}

/* What a sanitizer watches says on an abort where it stood: for a second its words are awaited. */
static void where_ask(ChildProgram *child)
{
    kill(-child->id, SIGABRT);
    for (int k = 0; k < 20 && strstr(child->text, "SUMMARY") == NULL; k++) {
        poll(NULL, 0, LOOK_MS);
        prints_drain(child);
    }
}

static bool within_limits(ChildProgram *child)
{
    double now = seconds_now();
    if (now > child->deadline)
        child->state = CHILD_TIMED_OUT;
    else if (child->poured > POUR_MAX)
        child->state = CHILD_POURED;
    else if (child->memory > 0 && now - child->looked > (double)LOOK_MS / 1000) {
        child->looked = now;
        if (resident_below(child->id, 0) > child->memory)
            child->state = CHILD_TOO_BIG;
    }
    if (child->state == CHILD_TIMED_OUT)
        where_ask(child);
    if (child->state != CHILD_RUNS)
        kill(-child->id, SIGKILL);
    return child->state == CHILD_RUNS;
}

/* The other side closed: it ended, or soon will. One that closed its descriptors and lives on is over
 * all the same. */
static bool ended(ChildProgram *child)
{
    for (int k = 0; k < 200; k++) {
        prints_drain(child);
        if (reaped(child, WNOHANG)) {
            child->state = CHILD_ENDED;
            prints_drain(child);
            return false;
        }
        if (!within_limits(child))
            return false;
        poll(NULL, 0, 5);
    }
    child->state = CHILD_TIMED_OUT;
    kill(-child->id, SIGKILL);
    return false;
}

bool child_send(ChildProgram *child, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size && child->state == CHILD_RUNS;) {
        ssize_t put = write(child->requests, (const char *)bytes + done, size - done);
        if (put > 0) {
            done += (size_t)put;
            continue;
        }
        if (put < 0 && errno != EAGAIN && errno != EINTR)
            return ended(child);
        struct pollfd ready = {child->requests, POLLOUT, 0};
        poll(&ready, 1, LOOK_MS);
        prints_drain(child);
        if (!within_limits(child))
            return false;
    }
    return child->state == CHILD_RUNS;
}

bool child_receive(ChildProgram *child, void *bytes, size_t size)
{
    for (size_t done = 0; done < size && child->state == CHILD_RUNS;) {
        struct pollfd ready[2] = {{child->answers, POLLIN, 0}, {child->prints, POLLIN, 0}};
        poll(ready, 2, LOOK_MS);
        prints_drain(child);
        if (ready[0].revents != 0) {
            ssize_t got = read(child->answers, (char *)bytes + done, size - done);
            if (got <= 0)
                return ended(child);
            done += (size_t)got;
        } else if (!within_limits(child))
            return false;
    }
    return child->state == CHILD_RUNS;
}

void child_finish(ChildProgram *child)
{
    descriptor_close(&child->requests);
    while (child->state == CHILD_RUNS) {
        struct pollfd ready = {child->prints, POLLIN, 0};
        poll(&ready, 1, LOOK_MS);
        prints_drain(child);
        if (reaped(child, WNOHANG))
            child->state = CHILD_ENDED;
        else if (!within_limits(child))
            return;
        else if (ready.revents & POLLHUP)
            poll(NULL, 0, 2); /* nothing left to read: only its end to wait for */
    }
    prints_drain(child);
}

Error child_run_words(ChildProgram *child, char *const *words, double seconds, size_t memory)
{
    Error error = child_start(child, words, seconds, memory);
    if (error.failed)
        return error;
    child_finish(child);
    child_stop(child);
    return no_error();
}

bool child_succeeded(const ChildProgram *child)
{
    return child->state == CHILD_ENDED && WIFEXITED(child->status) &&
           WEXITSTATUS(child->status) == 0;
}
