/* ending: the words for a program that ended before it had answered. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Where in the student's file it happened: the first "NAME.c:LINE" of a sanitizer's report that is not
 * the course's. */
static void crash_place(const char *text, const char *source, char place[PATH_ROOM])
{
    const char *file = source == NULL ? NULL : strrchr(source, '/');
    file = file == NULL ? source : file + 1;
    place[0] = '\0';
    if (file == NULL)
        return;
    size_t length = strlen(file);
    for (const char *at = strstr(text, file); at != NULL; at = strstr(at + 1, file)) {
        long line = at[length] == ':' ? strtol(at + length + 1, NULL, 10) : 0;
        if (line > 0 && at > text && at[-1] == '/') {
            snprintf(place, PATH_ROOM, "%s:%ld", source, line);
            return;
        }
    }
}

/* The words of a sanitizer, or of require, that say what happened. */
static void crash_words(const char *text, int status, char words[200])
{
    static const char *const marks[] = {"broken contract: ", "runtime error: ",
                                        "ERROR: AddressSanitizer: "};
    for (size_t k = 0; k < 3; k++) {
        const char *at = strstr(text, marks[k]);
        if (at == NULL)
            continue;
        at += strlen(marks[k]);
        size_t length = strcspn(at, "\n");
        const char *address = strstr(at, k == 2 ? " on " : "\n"); /* addresses say nothing */
        if (address != NULL && address < at + length)
            length = (size_t)(address - at);
        snprintf(words, 200, "%.*s", (int)(length < 199 ? length : 199), at);
        return;
    }
    if (WIFSIGNALED(status))
        snprintf(words, 200, "stopped by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) > 128) /* a sandbox's way to pass a signal on */
        snprintf(words, 200, "stopped by signal %d", WEXITSTATUS(status) - 128);
    else
        snprintf(words, 200, "exit status %d", WEXITSTATUS(status));
}

void end_explain(const Program *program, const char *source, Finding *finding)
{
    const ChildProgram *child = &program->child;
    char words[200];
    size_t most = sizeof finding->sentence;
    switch (child->state) {
    case CHILD_TIMED_OUT:
        finding->verdict = VERDICT_TIMED_OUT;
        crash_place(child->text, source, finding->where);
        snprintf(finding->sentence, most, "It was still computing after %.0f seconds and was stopped: a loop "
                                          "that never ends?", program->seconds);
        return;
    case CHILD_TOO_BIG:
        finding->verdict = VERDICT_TOO_BIG;
        snprintf(finding->sentence, most, "It took more than a gigabyte of memory and was stopped.");
        return;
    case CHILD_POURED:
        finding->verdict = VERDICT_TOO_BIG;
        snprintf(finding->sentence, most, "It printed more than %d megabytes and was stopped.",
                 POUR_MAX >> 20);
        return;
    case CHILD_RUNS:
    case CHILD_ENDED:
        break;
    }
    crash_words(child->text, child->status, words);
    crash_place(child->text, source, finding->where);
    if (WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0) {
        finding->verdict = VERDICT_ENDED;
        snprintf(finding->sentence, most, "It ended (exit status 0) before it had answered: nothing that is "
                                          "asked for calls exit.");
        return;
    }
    finding->verdict = VERDICT_CRASHED;
    bool address = strncmp(words, "SEGV", 4) == 0 || strncmp(words, "stopped by signal 11", 20) == 0;
    bool poison = strstr(words, "18446744073709551615") != NULL; /* harness.c: all bits set */
    bool contract = strstr(child->text, "broken contract: ") != NULL;
    snprintf(finding->sentence, most, "It %s: %s%s", contract ? "was stopped" : "crashed", words,
             address  ? ": an address that is not yours. An index past the end, or NULL?"
             : poison ? ": such a number stands in memory that was released. What was still needed then?"
                      : "");
}
