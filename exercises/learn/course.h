/* course: the chapters and their exercises, as ./learn finds them in the folders; and where one stands. */
#ifndef WENGERT_COURSE_H
#define WENGERT_COURSE_H

#include "base/base.h"
#include "text.h"

enum { HINTS = 4, ID_ROOM = 80, NAME_MOST = 38, PATH_ROOM = 400, EXERCISES_MAX = 400, BUGS_MAX = 24, EDITS_MAX = 6 };

/* ---- one exercise ----------------------------------------------------------------------------
 * Texts point into the exercise's own copy of its file, and live as long as the course. */
typedef struct {
    char *find, *put;
} Edit;

typedef struct {
    char *id, *name, *asks; /* "own-factor"; "each factor weighed with itself"; the question */
    Edit edits[EDITS_MAX];
    int n_edits;
} Slip;

typedef struct {
    char id[ID_ROOM];      /* "02-value/mul" */
    char chapter[ID_ROOM]; /* "02-value" */
    const char *name;      /* "mul", inside id */
    const char *call;      /* what a person may type: name, or id where several have that name */
    bool paper;
    bool hunt; /* "hunt-gram": what is given is a whole file with a mistake in it */
    int order, minutes;
    char *check; /* whose check it shares, in its chapter; NULL: its own */
    char *title, *file, *needs, *lesson, *task; /* file, needs: NULL where there is none */
    char *hints[HINTS];
    Slip slips[BUGS_MAX];
    int n_slips;
    char *memory;
} Exercise;

typedef struct {
    Exercise *items;
    int count;
} Course;

/* Reads exercises/NN-name/ID.txt of all chapters, in the order of learning. An error names file and
 * line. course_free frees. */
Error course_read(Course *course);
void course_free(Course *course);

/* The exercise that a person means by "02-value/mul", "02/mul", the name of a file of it such as
 * work/02-value/mul.c or, where only one has it, "mul". */
Error course_find(const Course *course, const char *text, const Exercise **found);

/* Whether `text` means the exercise's chapter: "02-value", "02" or "2". */
bool chapter_matches(const Exercise *exercise, const char *text);

/* Names of an exercise's files, each in one of a few static buffers. */
const char *path_starter(const Exercise *exercise);  /* exercises/02-value/mul.c; NULL for paper */
const char *path_text(const Exercise *exercise);     /* exercises/02-value/mul.txt */
const char *path_check(const Exercise *exercise);    /* exercises/02-value/mul.check.c */
const char *path_solution(const Exercise *exercise); /* solutions/02-value/mul.c, .md for paper */
const char *path_work(const Exercise *exercise);     /* work/02-value/mul.c, .txt for paper */

/* The solution with a slip's edits made; the caller frees. */
Error slip_text(const Exercise *exercise, const Slip *slip, char **text);

/* ---- progress --------------------------------------------------------------------------------
 * What was passed, which hints were seen, what was given up: work/progress.txt, a line an exercise. */
typedef enum {
    NOT_STARTED,
    STARTED, /* a copy in work/, which may be as untouched as the starter */
    CHANGED, /* passed once, edited since */
    PASSED
} Standing;

typedef struct {
    char id[ID_ROOM];
    uint64_t passed; /* the hash of what passed; 0: nothing did */
    int hints;       /* rungs seen */
    bool given_up;
} Record;

typedef struct {
    Record *items;
    int count;
} Standings;

Error standings_read(Standings *standings);
Error standings_write(const Standings *standings);
void standings_free(Standings *standings);
/* The exercise's record, made on first use; good until the next call. */
Record *record_of(Standings *standings, const Exercise *exercise);
Standing standing_of(Standings *standings, const Exercise *exercise);

#endif
