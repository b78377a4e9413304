/* paper: problems for pen and paper, judged. exercises/README.md describes their text; this header
 * is the table of contents.
 *
 *   formula.h         the language in which answers are written
 *   paper_read.c      the parts of an exercise's text, and a lesson's formulas, into PaperParts
 *   paper_measure.c   draws a part's inputs and measures the gradient that the answer should be
 *   paper_judge.c     an answer beside what is right: the verdict, the facts, the question
 *   paper.c           what ./learn paper, check and grade ask for: a whole exercise
 *
 * All of it is double, links lib/base alone, and prints plain ASCII in 80 columns. */
#ifndef LEARN_PAPER_H
#define LEARN_PAPER_H

#include "formula.h"

/* ---- an exercise's parts --------------------------------------------------------------------- */
typedef enum { PART_NUMBER, PART_CHOICE, PART_FORMULA } PartKind;
enum { PART_STATEMENTS = 24, PART_CHOICES = 12, PART_SLIPS = 12 };

typedef enum { GIVEN_NORMAL, GIVEN_POSITIVE, GIVEN_BELOW, LET, FORWARD, VALUE } StatementKind;
typedef struct {
    StatementKind kind;
    char name[NAME_LENGTH + 1]; /* what it introduces; "" for a forward or value without a name */
    Array shape;                /* of a given; no data */
    double below;               /* of GIVEN_BELOW: whole numbers from 0 to below - 1 */
    const Formula *formula;     /* of the others */
    size_t line;
} Statement;

/* A known mistake: the answer that it leads to, and the question that shows it. */
typedef struct {
    const char *answer, *asks;
    size_t line;
} PaperSlip;

typedef struct {
    PartKind kind;
    char name[NAME_LENGTH + 1];
    const char *ask;   /* lines, without a last newline; "" in lessons */
    const char *right; /* the answer, as one would write it */
    double within;     /* of a number: the relative tolerance; 0: the usual one */
    const char *choices[PART_CHOICES];
    int choice_count;
    PaperSlip slips[PART_SLIPS];
    int slip_count;
    /* Of a formula: what is given and defined, in the text's order; which of it is the forward to
     * be differentiated (or the value that the answer must equal); and along which given. */
    Statement statements[PART_STATEMENTS];
    int statement_count, target;
    char along[NAME_LENGTH + 1];
    const char *path; /* where the part stands */
    size_t line;
} PaperPart;

typedef struct {
    PaperPart *parts;
    size_t count, room;
    Arena arena; /* of all texts */
} Paper;

/* Reads the parts of an exercise's text file; other keywords are someone else's and skipped. The
 * caller frees with paper_free, also after an error, whose line says the file and the line. */
Error paper_read(Paper *paper, const char *path);
void paper_free(Paper *paper);

/* The same from the text of a lesson's comment, whose first line is number `line` of the file: the
 * keywords of a formula, one a line or separated by semicolons. Each `right` makes one part; what
 * stood above it holds for those below too. */
Error paper_read_lesson(Paper *paper, const char *path, size_t line, const char *text);

/* ---- what the answer should be ---------------------------------------------------------------
 * One draw of a part's inputs: every name that an answer may use, and the array that a right answer
 * is equal to. `measured` is by five-point differences of the forward, weighed with dy where the
 * part's right answer speaks of dy (or of dC, for `forward C = A@B`); else, with ones. For a
 * `value` it is that value. Inputs near a kink or a pole, where two step sizes do not agree, are
 * drawn anew. */
typedef struct {
    Names names;
    Array measured;
    const char *place;              /* what an element of it is called: "dx" */
    char upstream[NAME_LENGTH + 2]; /* the name of dy: "dC" after `forward C`, else "dy" */
    bool is_gradient, is_weighed;
} Draw;

/* An error is the exercise's fault, never the student's. The arrays live in the arena. */
Error paper_draw(const PaperPart *part, uint64_t seed, Arena *arena, Draw *draw);

/* ---- a verdict ----------------------------------------------------------------------------- */
enum { PAPER_DRAWS = 5, PAPER_FACT = 200 };
typedef enum { ANSWER_MISSING, ANSWER_RIGHT, ANSWER_WRONG, ANSWER_UNREADABLE } PaperVerdict;

typedef struct {
    PaperVerdict verdict;
    char fact[PAPER_FACT]; /* unless it is right: the first of what there is to say, in one line */
    int slip;              /* which of the part's known mistakes it is; -1: none */
} PaperJudgement;

/* Judges one answer; an empty one is missing. The same seed gives the same inputs. What there is
 * to say about it goes to `out`. */
Error paper_judge(const PaperPart *part, const char *answer, uint64_t seed, FILE *out,
                  PaperJudgement *judgement);

/* Whether the part's own answers hold: at each of `seeds` seeds the right one is right, and each
 * wrong one is wrong and known for what it is. *judged grows by how many do. */
Error paper_audit(const PaperPart *part, size_t seeds, size_t *judged);

/* ---- the command --------------------------------------------------------------------------- */
typedef struct {
    size_t parts, right, answered;  /* all right: right == parts; not started: answered == 0 */
    char sentence[PAPER_FACT + 40]; /* the first part that is not right, and why: one line */
} PaperResult;

/* Judges all parts of the exercise whose text file is at `exercise`. Answers are the lines NAME =
 * ANSWER of the file `answers` (NULL, or a file that is not there: none), and the `count`
 * arguments NAME=ANSWER, which come before those of the file. Prints each part's verdict to `out`,
 * nothing if that is NULL. An error is a file that cannot be read, an answer to a part that is not
 * there, or the exercise's own fault; a wrong answer is none. */
Error paper_command(const char *exercise, const char *answers, const char *const *arguments,
                    int count, uint64_t seed, FILE *out, PaperResult *result);

/* What ./learn start puts into a student's file: every question in comments, and NAME = below. */
Error paper_write_start(const char *exercise, FILE *out);

/* ---- between the files --------------------------------------------------------------------- */

/* Words of `text` in lines of at most 80 columns, each `indent` columns in. */
void paper_print(FILE *out, int indent, const char *text);

#endif
