/* sandbox: where code of unknown people is compiled and run. Bubblewrap gives each command its own
 * user, process, network and file namespaces: it sees the system's compiler and libraries,
 * read-only, one submission, and nothing else of the machine. What a program computes leaves
 * through its descriptors. */
#ifndef WENGERT_SANDBOX_H
#define WENGERT_SANDBOX_H

#include "build.h"

/* What stands before the words of each kind of command. Inside, the course's folder is /course:
 *
 *   compile   work/ and the headers of lib/, exercises/ and chapters/, to read; built/ and a small
 *             /tmp, to write
 *   link      the library's archive and the blind checks, to read; built/ and a small /tmp, to write
 *   run       built/, to read; no new processes, and no memory that is not seen as its own */
typedef struct {
    Words compile, link, run;
} Sandbox;

/* What all sandboxes of one grading share: absolute paths of the course's folder; of a folder that
 * has their headers alone; of an empty one; and of the filter for system calls, which is made here.
 */
typedef struct {
    char course[PATH_ROOM], headers[PATH_ROOM], empty[PATH_ROOM], filter[PATH_ROOM];
    bool sizes,
        filters; /* whether bubblewrap bounds a /tmp; whether there is a filter for this machine */
} SandboxPlan;

/* Fills the plan, copying headers and writing the filter into `folder`. */
Error sandbox_plan(SandboxPlan *plan, const char *folder);

/* The words for one submission, whose clean tree (work/, built/) is at `tree`, an absolute path. */
Sandbox sandbox_make(const SandboxPlan *plan, const char *tree);
void sandbox_free(Sandbox *sandbox);

/* Whether it works on this machine: a compiler and a program are tried in it. */
Error sandbox_try(const Sandbox *sandbox);

#endif
