/* grade: a class. ./learn grade DIR judges every submission's files apart from all others.
 *
 *   grade.c           the command: options, submissions judged several at once, what is left behind
 *   grade_collect.c   from what a student handed in to a clean tree of regular files
 *   grade_worker.c    one submission: its exercises one by one, within its time
 *   grade_overlap.c   whose tokens are whose
 *   grade_reports.c   TAP, JUnit XML and CSV
 *   grade_table.c     the summary on the terminal
 *   sandbox.c         where student code is compiled and run */
#ifndef WENGERT_GRADE_H
#define WENGERT_GRADE_H

#include "commands.h"
#include "sandbox.h"

enum {
    GRADE_SECONDS = 20,      /* of computing, for all of a submission */
    GRADE_ONE_SECONDS = 5,   /* of them for one exercise */
    GRADE_COMPILE_USUAL = 3, /* what compiling takes above this counts too */
    GRADE_COMPILE_MOST = 10,
    GRADE_FILE_BYTES = 256 << 10, /* of a file that is taken */
    GRADE_SEEDS = 5,
    GRADE_NAME = 128,
    GRADE_TEXT = 1000
};

typedef enum {
    GRADE_NOT_STARTED, /* not there, or as the starter is */
    GRADE_PASS,
    GRADE_FAIL,   /* it answered, and the answer is wrong */
    GRADE_ZERO,   /* it gave no answer that could be judged; `why` says the reason */
    GRADE_UNKNOWN /* the course's own fault or the machine's: not the student's */
} GradeState;

/* One exercise of one submission. */
typedef struct {
    GradeState state;
    bool taken;                /* a file was there and is in the clean tree */
    char why[32];              /* of a zero: "does not compile", "timed out" */
    char sentence[GRADE_TEXT]; /* what was seen, in one line */
    uint64_t seed;             /* at which it was seen; 0 where no numbers were compared */
    double seconds;
    char overlap[200]; /* with whose file, and how much; empty where there is little */
} Grade;

typedef struct {
    char entry[256];       /* its folder's name in DIR */
    char name[GRADE_NAME]; /* the same, of printable characters */
    char note[GRADE_TEXT]; /* what was left out, in one line; or empty */
    Grade *grades;         /* one for each exercise of the class; in memory that workers share */
    bool *done;            /* whether its worker came to the end; shared too */
} Submission;

typedef struct {
    const Course *course;
    const Exercise **exercises; /* those that are graded */
    size_t n_exercises;
    Submission *submissions;
    size_t count;
    uint64_t seed;
    size_t seeds, jobs;
    bool unsafe;
    const char *folder;     /* submissions are here */
    char place[PATH_ROOM];  /* the grader's own folder */
    char aside[GRADE_TEXT]; /* entries of `folder` that are no submission, in one line; or empty */
    SandboxPlan plan;
} Class;

/* ---- collecting ------------------------------------------------------------------------------
 * Finds the submissions, folders of class->folder, in the order of their names. */
Error class_find(Class *class);

/* Copies what is an exercise's into its tree; says in notes and grades what was not taken. */
Error submission_collect(const Class *class, size_t at);

/* Where a submission's clean tree is: "/tmp/grade.XXXXXX/0007". */
void submission_tree(const Class *class, size_t at, char tree[PATH_ROOM]);

/* Removes a folder and all below it, following no link. */
void folder_remove(const char *path);

/* ---- judging --------------------------------------------------------------------------------- */

/* What all judging shares is built: exercise `at` of the class. Runs in a process of its own. */
void worker_prepare(Class *class, size_t at);

/* Judges submission `at`, filling in its grades. Runs in a process of its own. */
void worker_judge(Class *class, size_t at);

/* ---- overlap --------------------------------------------------------------------------------- */
void class_overlap(Class *class);

/* ---- saying ---------------------------------------------------------------------------------- */
const char *grade_words(const Grade *grade); /* "pass", "fail", "not started", "zero: timed out" */
size_t grades_count(const Class *class, const Submission *submission, GradeState state);
int grades_points(const Class *class, const Submission *submission); /* minutes of what passed */
int class_points(const Class *class);

void report_tap(const Class *class, FILE *out);
void report_junit(const Class *class, FILE *out);
void report_csv(const Class *class, FILE *out);
void class_table(const Class *class);

#endif
