/* grade_paper: a paper problem's file, judged as ./learn paper judges it. Nothing of it is run: formulas
 * are read by the course's own parser, which bounds their depth and size. A file of its own, for paper.h
 * has names that judge.h has too. */
#include "paper.h"

#include "grade_paper.h"

#include <string.h>

void paper_grade(const char *exercise, const char *answers, uint64_t seed, PaperGrade *grade)
{
    PaperResult result;
    *grade = (PaperGrade){.state = PAPER_WRONG};
    Error error = paper_command(exercise, answers, NULL, 0, seed, NULL, &result);
    if (error.failed) {
        grade->state = PAPER_UNREADABLE;
        snprintf(grade->sentence, sizeof grade->sentence, "%s", error.text);
        return;
    }
    if (result.answered == 0)
        grade->state = PAPER_NOT_STARTED;
    else if (result.right == result.parts)
        grade->state = PAPER_PASSED;
    else
        snprintf(grade->sentence, sizeof grade->sentence, "%zu of %zu parts right; %.300s", result.right,
                 result.parts, result.sentence);
}
