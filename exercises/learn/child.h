/* child: programs that ./learn starts: compilers, referees and student code, in a process group of
 * their own, with limits of time and memory, what they print kept apart from what they answer. */
#ifndef WENGERT_LEARN_CHILD_H
#define WENGERT_LEARN_CHILD_H

#include "base/base.h"

#include <sys/types.h>

enum { POUR_MAX = 64 << 20, PRINTED_ROOM = 16000, WORDS_MAX = 400 };

/* How a conversation ended; POURED: it printed more than POUR_MAX bytes. */
typedef enum { CHILD_RUNS, CHILD_ENDED, CHILD_TIMED_OUT, CHILD_TOO_BIG, CHILD_POURED } ChildState;

typedef struct {
    pid_t id;
    int requests, answers, prints; /* descriptors of this side; -1 when closed */
    ChildState state;
    int status;        /* as waitpid gave it, once it ended */
    double computed;   /* seconds of processor time, its own and of all it waited for, once it ended */
    double deadline;   /* seconds_now at which it is stopped */
    size_t memory;     /* bytes, its own and its children's, above which it is stopped; 0: no bound */
    double looked;     /* when its memory was last looked at */
    size_t printed, poured; /* bytes kept, bytes in all */
    char text[PRINTED_ROOM + 1]; /* the first of what it wrote to stdout and stderr */
} ChildProgram;

/* Starts words[0] (looked up on PATH), with descriptors 3 and 4 as protocol.h says. `seconds` bounds
 * processor and wall time alike. child_stop ends it, all that it started, and closes everything. */
Error child_start(ChildProgram *child, char *const *words, double seconds, size_t memory);
void child_stop(ChildProgram *child);

/* Sends `size` bytes, and receives exactly `size`; false when the child ended, ran out of time or
 * memory first: `state` and `status` then say which. */
bool child_send(ChildProgram *child, const void *bytes, size_t size);
bool child_receive(ChildProgram *child, void *bytes, size_t size);

/* Lets it run to its end, with nothing to say to it. */
void child_finish(ChildProgram *child);

/* Runs a program to its end; its words are `words`, its output the child's text. */
Error child_run_words(ChildProgram *child, char *const *words, double seconds, size_t memory);
bool child_succeeded(const ChildProgram *child);

#endif
