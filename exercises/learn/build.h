/* build: from a C file of an exercise to a program that can be asked (harness.c), and what to say when
 * there is none. */
#ifndef WENGERT_LEARN_BUILD_H
#define WENGERT_LEARN_BUILD_H

#include "child.h"
#include "course.h"

typedef enum {
    BUILT,
    NOT_COMPILING, /* the file is not C; `text` has the compiler's own words */
    WRONG_NAMES,   /* it does not export what it must; `sentence` says which */
    NOT_LINKING,   /* it calls what is nowhere */
    NO_TOOLS       /* the course itself could not be built: no fault of the file */
} BuildState;

typedef struct {
    BuildState state;
    char program[PATH_ROOM];
    char sentence[800];
    char text[PRINTED_ROOM + 1]; /* errors, or the warnings of a file that was built */
    double seconds;              /* that compilers and linkers computed; waited for, where one was stopped */
} Build;

/* Words of a command, put together: at most WORDS_MAX - 1, ended by NULL. */
typedef struct {
    char *items[WORDS_MAX];
    int count;
} Words;
void words_add(Words *words, const char *word);   /* copies */
void words_split(Words *words, const char *text); /* adds what spaces part */
void words_append(Words *words, const Words *more); /* copies; NULL adds nothing */
void words_free(Words *words);

/* Where a student's programs are built, and what stands before the words of a command that compiles
 * the student's file, links it with the course's, or runs it: NULL, or a sandbox's words. */
typedef struct {
    const char *folder;
    const Words *compile, *link, *run;
    double seconds; /* for a compiler */
    size_t memory;  /* bytes, for a compiler; 0: no bound */
} Workshop;

/* What ./learn check uses: build/cc/learn, no sandbox. */
Workshop workshop_usual(void);

/* Builds what all answers to an exercise share, so that several judges at once find it there. */
void build_shared(const Exercise *exercise, Build *build);

/* The referee: the check with the untouched starter. */
void build_referee(const Exercise *exercise, Build *build);

/* The check with `source`, under sanitizers where the compiler has them; `name` is the program's. The
 * check is the blind one: a student's program does not hold what the referee knows. */
void build_answer(const Workshop *workshop, const Exercise *exercise, const char *source,
                  const char *name, Build *build);

/* The check with the solution and a slip in it. */
void build_slip(const Exercise *exercise, const Slip *slip, Build *build);

/* The functions that an object exports, sorted, one a line; the caller frees. `tools`: the words before
 * nm's, or NULL. */
Error exports_read(const Words *tools, const char *object, char **names);

/* A check without what the referee alone needs: every `.plain = ...`, `.draw = ...` and `.judge = ...`
 * is NULL, so that the compiler drops the functions. The caller frees. */
char *check_blinded(const char *text);

#endif
