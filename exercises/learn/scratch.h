/* scratch: text that is put together and soon forgotten, in one arena: nobody frees single pieces.
 * What was made after a mark dies when the mark is released, so marks nest as calls do. */
#ifndef LEARN_SCRATCH_H
#define LEARN_SCRATCH_H

#include "base/base.h"

void *scratch_alloc(size_t bytes);
const char *scratch_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

ArenaMark scratch_mark(void);
void scratch_release(ArenaMark mark);

#endif
