/* report: a finding as a screen of at most 80 columns. */
#ifndef WENGERT_LEARN_REPORT_H
#define WENGERT_LEARN_REPORT_H

#include "probes.h"

/* One exercise's verdict and what is known about it; `hints` rungs were seen. */
void report_print(const Exercise *exercise, const char *source, const Finding *finding,
                  const Diagnosis *diagnosis, int hints);

/* "ok" or "FAIL" or "--", in colour where that is wanted, then as printf. */
typedef enum { MARK_GOOD, MARK_BAD, MARK_OPEN } Mark;
void mark_print(Mark mark, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
