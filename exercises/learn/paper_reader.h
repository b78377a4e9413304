/* paper_reader: between paper_read.c, which knows lines, and paper_keywords.c, which knows what
 * they mean. */
#ifndef LEARN_PAPER_READER_H
#define LEARN_PAPER_READER_H

#include "paper.h"

typedef struct {
    Paper *paper;
    PaperPart *part; /* being read; NULL before the first */
    const char *path;
    size_t line;
    bool lesson;
} Reader;

/* One keyword and its text, into the part being read or a new one. Keywords that are not a paper
 * problem's are skipped in an exercise, and an error in a lesson. */
Error part_read_entry(Reader *reader, const char *entry);

/* Whether the part that was read until now can be judged. */
Error part_check(Reader *reader);

PaperPart *part_add(Reader *reader, const PaperPart *like);

#endif
