/* commands: what ./learn can be told. Each takes the words after its name and returns the exit status: 0
 * when all is well, 1 when something is wrong with the student's work, 2 for bad input. */
#ifndef WENGERT_LEARN_COMMANDS_H
#define WENGERT_LEARN_COMMANDS_H

#include "course.h"

/* The course and where the student stands in it, read once by main. */
typedef struct {
    Course course;
    Standings standings;
} Desk;

int next_command(Desk *desk, int argc, char **argv);  /* ./learn: the next step */
int check_command(Desk *desk, int argc, char **argv);
int paper_command_run(Desk *desk, int argc, char **argv);
int watch_command(Desk *desk, int argc, char **argv);
int list_command(Desk *desk, int argc, char **argv);
int start_command(Desk *desk, int argc, char **argv);
int hint_command(Desk *desk, int argc, char **argv);
int diff_command(Desk *desk, int argc, char **argv);
int reset_command(Desk *desk, int argc, char **argv);
int break_command(Desk *desk, int argc, char **argv);
int audit_command(Desk *desk, int argc, char **argv); /* for authors: does every exercise hold? */
int seal_command(Desk *desk, int argc, char **argv);  /* for make handout */
int grade_command(Desk *desk, int argc, char **argv); /* a class */
int mine_command(Desk *desk, int argc, char **argv);

/* Judges one exercise, prints the report and keeps what passed. */
bool exercise_check(Desk *desk, const Exercise *exercise, uint64_t seed, size_t seeds);

/* The exercise that `argv` names as its only word, else the one in hand: the first that was started and
 * has not passed, else the first not started. NULL when all are passed. Ends the program on a bad name. */
const Exercise *exercise_named(Desk *desk, int argc, char **argv);
const Exercise *exercise_next(Desk *desk);

/* Writes the standings; a failure ends the program. */
void desk_save(const Desk *desk);

/* How many seeded bugs of an exercise its check rejects at one seed. */
size_t slips_rejected(const Exercise *exercise, uint64_t seed);

#endif
