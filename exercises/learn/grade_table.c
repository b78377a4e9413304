/* grade_table: what a class handed in, on a terminal of 80 columns: a row a submission, a row an
 * exercise, and what to look at with one's own eyes. */
#include "grade.h"

#include "terminal.h"

#include <string.h>

enum { NAME_COLUMN = 36, OVERLAPS_MAX = 20 };

static void submission_row(const Class *class, const Submission *submission)
{
    printf("%-*.*s %6zu %6zu %6zu %6zu %6d\n", NAME_COLUMN, NAME_COLUMN, submission->name,
           grades_count(class, submission, GRADE_PASS), grades_count(class, submission, GRADE_FAIL),
           grades_count(class, submission, GRADE_ZERO),
           grades_count(class, submission, GRADE_NOT_STARTED), grades_points(class, submission));
}

static void exercise_row(const Class *class, size_t e)
{
    size_t counts[GRADE_UNKNOWN + 1] = {0};
    for (size_t i = 0; i < class->count; i++)
        counts[class->submissions[i].grades[e].state]++;
    printf("%-*.*s %6zu %6zu %6zu %6zu %6d\n", NAME_COLUMN, NAME_COLUMN, class->exercises[e]->id,
           counts[GRADE_PASS], counts[GRADE_FAIL], counts[GRADE_ZERO], counts[GRADE_NOT_STARTED],
           class->exercises[e]->minutes);
}

static void head(const char *what, const char *last)
{
    printf("%-*s %6s %6s %6s %6s %6s\n", NAME_COLUMN, what, "pass", "fail", "zero", "unbeg.", last);
}

static void line(const char *a, const char *b, const char *text)
{
    char all[GRADE_TEXT + 300];
    snprintf(all, sizeof all, "%.130s%s%.80s: %s", a, *b == '\0' ? "" : ", ", b, text);
    screen_print(all, 2);
}

static void unknown_print(const Class *class)
{
    for (size_t i = 0; i < class->count; i++)
        for (size_t e = 0; e < class->n_exercises; e++) {
            const Grade *grade = &class->submissions[i].grades[e];
            if (grade->state == GRADE_UNKNOWN)
                line(class->submissions[i].name, class->exercises[e]->id, grade->sentence);
        }
}

static void overlaps_print(const Class *class)
{
    size_t count = 0;
    for (size_t i = 0; i < class->count; i++)
        for (size_t e = 0; e < class->n_exercises; e++) {
            const Grade *grade = &class->submissions[i].grades[e];
            if (grade->overlap[0] == '\0')
                continue;
            if (count == 0)
                printf("\noverlap, reported and not judged\n");
            if (count++ < OVERLAPS_MAX)
                line(class->submissions[i].name, class->exercises[e]->id, grade->overlap);
        }
    if (count > OVERLAPS_MAX)
        printf("  and %zu more, in the reports\n", count - OVERLAPS_MAX);
}

static void notes_print(const Class *class)
{
    bool any = class->aside[0] != '\0';
    for (size_t i = 0; i < class->count; i++)
        any = any || class->submissions[i].note[0] != '\0';
    if (!any)
        return;
    printf("\nleft out: no file of an exercise\n");
    if (class->aside[0] != '\0')
        line("beside the submissions", "", class->aside);
    for (size_t i = 0; i < class->count; i++)
        if (class->submissions[i].note[0] != '\0')
            line(class->submissions[i].name, "", class->submissions[i].note);
}

void class_table(const Class *class)
{
    size_t unknown = 0;
    head("exercise", "points");
    for (size_t e = 0; e < class->n_exercises; e++)
        exercise_row(class, e);
    putchar('\n');
    head("submission", "points");
    for (size_t i = 0; i < class->count; i++) {
        submission_row(class, &class->submissions[i]);
        unknown += grades_count(class, &class->submissions[i], GRADE_UNKNOWN);
    }
    overlaps_print(class);
    notes_print(class);
    if (unknown > 0) {
        printf("\nnot judged, by no fault of the student\n");
        unknown_print(class);
    }
    printf("\n%zu submissions, %zu exercises\n", class->count, class->n_exercises);
    printf("a pass is worth the minutes that the exercise names; all together are %d\n",
           class_points(class));
    if (class->unsafe)
        printf("without a sandbox (--unsafe): what a program did to this machine is not known\n");
    printf("the same numbers again: --seed %llu --seeds %zu\n", (unsigned long long)class->seed,
           class->seeds);
}
