/* seccomp: the system calls that a student's program may not make, as a filter that bubblewrap
 * loads. */
#ifndef WENGERT_SECCOMP_H
#define WENGERT_SECCOMP_H

#include "base/base.h"

/* Writes the filter to `path`; *known says whether there is one for this system and processor. */
Error seccomp_write(const char *path, bool *known);

#endif
