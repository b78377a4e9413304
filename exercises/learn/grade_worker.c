/* grade_worker: one submission, judged in its clean tree, which looks like the course's folder:
 * work/ is the student's, exercises/ and build/ are links to the course's. So every path reads as
 * the student knows it. Of its time all its programs take together; one that never ends must not
 * take what the others need, so an exercise gets only a part of it. */
#include "grade.h"

#include "judge.h"
#include "sheet.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void zero(Grade *grade, const char *why, const char *sentence)
{
    grade->state = GRADE_ZERO;
    snprintf(grade->why, sizeof grade->why, "%s", why);
    snprintf(grade->sentence, sizeof grade->sentence, "%s", sentence);
}

/* The compiler's first complaint; or, where it has none, the sentence. */
static void complaint_take(const Build *build, Grade *grade)
{
    const char *error = strstr(build->text, "error: ");
    const char *line = error;
    while (line != NULL && line > build->text && line[-1] != '\n')
        line--;
    if (build->state == NOT_COMPILING && line != NULL)
        snprintf(grade->sentence, sizeof grade->sentence, "%.*s", (int)strcspn(line, "\n"), line);
}

static void finding_take(const Finding *finding, Grade *grade)
{
    const char *says = finding->sentence;
    switch (finding->verdict) {
    case VERDICT_PASSED:
        grade->state = GRADE_PASS;
        return;
    case VERDICT_NOT_STARTED:
        grade->state = GRADE_NOT_STARTED;
        return;
    case VERDICT_NO_COURSE:
        grade->state = GRADE_UNKNOWN;
        break;
    case VERDICT_NOT_BUILT:
        zero(grade, finding->build.state == NOT_COMPILING ? "does not compile" : "does not build",
             says);
        complaint_take(&finding->build, grade);
        return;
    case VERDICT_CRASHED:
        zero(grade, "crashed", says);
        break;
    case VERDICT_TIMED_OUT:
        zero(grade, "timed out", says);
        break;
    case VERDICT_TOO_BIG:
        zero(grade, "too big", says);
        break;
    case VERDICT_ENDED:
        zero(grade, "ended early", says);
        break;
    case VERDICT_FORWARD:
    case VERDICT_GRADIENT:
    case VERDICT_JUDGED:
        grade->state = GRADE_FAIL;
        break;
    }
    snprintf(grade->sentence, sizeof grade->sentence, "%s", says);
    if (grade->state != GRADE_UNKNOWN)
        grade->seed = finding->sitting.seed;
}

/* ---- one exercise ---------------------------------------------------------------------------- */

typedef struct {
    const Class *class;
    Sandbox sandbox;
    double left; /* seconds of computing */
} Worker;

static JudgeOptions options_of(const Worker *worker)
{
    JudgeOptions options = judge_usual();
    bool unsafe = worker->class->unsafe;
    options.seed = worker->class->seed;
    options.seeds = worker->class->seeds;
    options.seconds = fmin(worker->left, (double)GRADE_ONE_SECONDS);
    options.workshop =
        (Workshop){.folder = "built",
                   .compile = unsafe ? NULL : &worker->sandbox.compile,
                   .link = unsafe ? NULL : &worker->sandbox.link,
                   .run = unsafe ? NULL : &worker->sandbox.run,
                   .seconds = fmin(worker->left + GRADE_COMPILE_USUAL, (double)GRADE_COMPILE_MOST),
                   .memory = (size_t)1 << 30};
    return options;
}

static void code_judge(Worker *worker, const Exercise *exercise, Grade *grade)
{
    static Finding finding;
    static Referee referee;
    JudgeOptions options = options_of(worker);
    finding = (Finding){.verdict = VERDICT_PASSED};
    if (referee_start(&referee, exercise, &finding)) {
        judge_file(&referee, exercise, path_work(exercise), &options, &finding);
        referee_stop(&referee);
    }
    finding_take(&finding, grade);
    grade->seconds = finding.seconds + fmax(finding.build.seconds - GRADE_COMPILE_USUAL, 0);
    worker->left -= grade->seconds;
    char built[PATH_ROOM];
    snprintf(built, sizeof built, "built/%s", exercise->id);
    folder_remove(built); /* a class of built programs would fill a disk */
}

/* Nothing of an answer on paper is run, but it may be made to keep its judge busy: then the alarm
 * ends this process, and what it has not judged is reported so. */
static void paper_judge(Worker *worker, const Exercise *exercise, Grade *grade)
{
    SheetResult result;
    double begin = seconds_now();
    alarm(GRADE_SECONDS);
    Error error = sheet_judge(path_text(exercise), path_work(exercise), NULL, 0,
                              worker->class->seed, false, &result);
    alarm(0);
    grade->seconds = seconds_now() - begin;
    worker->left -= grade->seconds;
    if (error.failed)
        zero(grade, "not readable", error.text);
    else if (result.answered > 0 && result.right == result.parts)
        grade->state = GRADE_PASS;
    else if (result.answered > 0) {
        grade->state = GRADE_FAIL;
        snprintf(grade->sentence, sizeof grade->sentence, "%zu of %zu parts right; %s",
                 result.right, result.parts, result.sentence);
    }
}

static void exercise_grade(Worker *worker, size_t e, Grade *grade)
{
    const Exercise *exercise = worker->class->exercises[e];
    if (!grade->taken) /* not there, or refused when it was collected */
        return;
    if (worker->left < 0.2) {
        char says[120];
        snprintf(says, sizeof says,
                 "The submission's %d seconds of computing were used up before it.", GRADE_SECONDS);
        zero(grade, "timed out", says);
    } else if (exercise->paper)
        paper_judge(worker, exercise, grade);
    else
        code_judge(worker, exercise, grade);
}

/* ---- processes ------------------------------------------------------------------------------- */

/* Goes into the tree, and makes it look like the course's folder. */
static void tree_enter(const Class *class, size_t at)
{
    static const char *const names[] = {"exercises", "build", "lib"};
    char tree[PATH_ROOM], from[2 * PATH_ROOM];
    submission_tree(class, at, tree);
    if (chdir(tree) != 0)
        exit_with("%s: cannot be entered", tree);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(from, sizeof from, "%s/%s", class->plan.course, names[k]);
        if (symlink(from, names[k]) != 0)
            exit_with("%s/%s: cannot be made", tree, names[k]);
    }
}

void worker_judge(Class *class, size_t at)
{
    Submission *submission = &class->submissions[at];
    Worker worker = {.class = class, .left = GRADE_SECONDS};
    char tree[PATH_ROOM];
    submission_tree(class, at, tree);
    tree_enter(class, at);
    worker.sandbox = sandbox_make(&class->plan, tree);
    for (size_t e = 0; e < class->n_exercises; e++)
        exercise_grade(&worker, e, &submission->grades[e]);
    sandbox_free(&worker.sandbox);
    *submission->done = true;
}

void worker_prepare(Class *class, size_t at)
{
    static Build build;
    const Exercise *exercise = class->exercises[at];
    if (exercise->paper)
        return;
    build_shared(exercise, &build);
    if (build.state != BUILT) /* each submission's grade says it again */
        fprintf(stderr, "%s: %s %.300s\n", exercise->id, build.sentence, build.text);
}
