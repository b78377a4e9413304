/* text: files of text, read and written whole; and the course's own, which a handout has sealed. */
#ifndef LEARN_TEXT_H
#define LEARN_TEXT_H

#include "base/base.h"

/* A whole file as text, ended by a zero byte; the caller frees. A zero inside is an error too. */
Error text_read(const char *path, char **text);
Error text_write(const char *path, const char *text); /* makes the folder too */
bool file_exists(const char *path);
/* Whether a is there and not older than b. */
bool file_newer(const char *a, const char *b);
uint64_t text_hash(const char *text);

/* ---- sealed ----------------------------------------------------------------------------------
 * A copy of the course that is handed to students has no solutions/, yet ./learn names a known slip
 * there, which is made from one, and judges answers on paper. What that takes is in one file,
 * exercises/sealed, scrambled so that nobody reads an answer by accident. It is no secret: the way
 * back is sealed.c. */
typedef struct {
    char *bytes;
    size_t size;
} Sealing;

/* Adds a file's text under its path; writes all of it to `path`, and frees it. */
void sealing_add(Sealing *sealing, const char *path, const char *text);
Error sealing_write(Sealing *sealing, const char *path);

/* Whether this copy of the course has a sealed file. */
bool course_is_sealed(void);

/* An exercise's text or solution: in a handout as it was sealed, otherwise as it lies in its
 * folder. The caller frees. */
Error course_text(const char *path, char **text);

#endif
