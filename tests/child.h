/* child: runs a piece of a test in a process of its own, for what ends the process: a broken
 * contract, an error that a main prints, a kill. What the child writes to stderr, and its last
 * stdout before it dies, goes to the test and not to the terminal.
 *
 * A child of fork has only the thread that called it: call threads_stop before, where loops ran. */
#ifndef WENGERT_CHILD_H
#define WENGERT_CHILD_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    int status;      /* as waitpid gave it */
    char text[2000]; /* what it wrote to stderr */
} Child;

/* Runs body(context) in a child; a body that returns ends it with status 0. */
static inline Child child_run(void (*body)(void *), void *context)
{
    Child child = {.status = -1};
    int ends[2];
    if (pipe(ends) != 0)
        return child;
    fflush(stdout);
    fflush(stderr);
    pid_t id = fork();
    if (id == 0) {
        signal(SIGABRT, SIG_DFL); /* the test library has a handler of its own */
        dup2(ends[1], STDERR_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        body(context);
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    ssize_t got;
    while (used < sizeof child.text - 1 &&
           (got = read(ends[0], child.text + used, sizeof child.text - 1 - used)) > 0)
        used += (size_t)got;
    child.text[used] = '\0';
    close(ends[0]);
    if (id > 0)
        waitpid(id, &child.status, 0);
    return child;
}

static inline int child_aborted(const Child *child)
{
    return WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGABRT;
}

static inline int child_exited(const Child *child, int status)
{
    return WIFEXITED(child->status) && WEXITSTATUS(child->status) == status;
}

#endif
