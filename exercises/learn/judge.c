/* judge: cases at seeds, one after the other, until one fails or all have passed. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

static const size_t MEMORY = (size_t)1 << 30;
static const double STEP = 0x1p-10;

JudgeOptions judge_usual(void)
{
    return (JudgeOptions){.seed = JUDGE_SEED, .seeds = SEEDS_USUAL, .seconds = 10,
                          .workshop = workshop_usual(), .name = "student"};
}

bool verdict_is_failure(Verdict verdict)
{
    return verdict != VERDICT_PASSED && verdict != VERDICT_NOT_STARTED;
}

const char *verdict_words(Verdict verdict)
{
    static const char *const words[] = {
        "passed", "not started", "does not build", "crashed", "ran out of time", "ran out of memory",
        "ended early", "forward wrong", "backward wrong", "wrong", "cannot be checked"};
    return words[verdict];
}

/* ---- programs -------------------------------------------------------------------------------- */

bool program_start(Program *program)
{
    Words words = {.count = 0};
    words_append(&words, program->sandbox);
    words_add(&words, program->program);
    Error error = child_start(&program->child, words.items, program->seconds,
                              program->bounded ? MEMORY : 0);
    words_free(&words);
    return !error.failed;
}

void program_stop(Program *program)
{
    child_stop(&program->child);
}

static bool ask(Program *program, Ask what, size_t at, uint64_t seed)
{
    Request request = {.ask = what, .at = (uint32_t)at, .seed = seed};
    return child_send(&program->child, &request, sizeof request);
}

bool program_run(Program *program, const Sitting *sitting, const double *x, const double *dy,
                 bool backward, Way way, double *y, double *dx)
{
    size_t n = sitting->info->inputs, m = sitting->info->outputs;
    Request request = {.ask = ASK_RUN, .at = (uint32_t)sitting->at, .backward = backward,
                       .way = way};
    double nothing[CHECK_INPUTS];
    double *into = dx == NULL ? nothing : dx;
    for (size_t i = 0; i < n; i++)
        into[i] = way == WAY_ADDED ? sitting->before[i] : 0;
    double begin = seconds_now(); /* from here on it is the child's time, and not ours */
    program->child.deadline = begin + program->seconds - program->used;
    bool heard =
           child_send(&program->child, &request, sizeof request) &&
           child_send(&program->child, x, n * sizeof *x) &&
           child_send(&program->child, dy, m * sizeof *dy) &&
           child_send(&program->child, into, n * sizeof *into) &&
           child_receive(&program->child, y, m * sizeof *y) &&
           child_receive(&program->child, into, n * sizeof *into);
    program->used += seconds_now() - begin;
    return heard;
}

bool referee_plain(Referee *referee, const Sitting *sitting, const double *x, double *y)
{
    Program *program = &referee->program;
    return ask(program, ASK_PLAIN, sitting->at, 0) &&
           child_send(&program->child, x, sitting->info->inputs * sizeof *x) &&
           child_receive(&program->child, y, sitting->info->outputs * sizeof *y);
}

static bool referee_judge(Referee *referee, Sitting *sitting)
{
    Program *program = &referee->program;
    Judgement judgement = {{0}};
    bool heard = ask(program, ASK_JUDGE, sitting->at, 0) &&
                 child_send(&program->child, sitting->x, sitting->info->inputs * sizeof(double)) &&
                 child_send(&program->child, sitting->y, sitting->info->outputs * sizeof(double)) &&
                 child_receive(&program->child, &judgement, sizeof judgement);
    snprintf(sitting->judgement, sizeof sitting->judgement, "%s", judgement.text);
    return heard;
}

/* ---- the referee ----------------------------------------------------------------------------- */

static bool infos_read(Referee *referee)
{
    Program *program = &referee->program;
    uint64_t count = 0;
    if (!ask(program, ASK_COUNT, 0, 0) || !child_receive(&program->child, &count, sizeof count) ||
        count == 0 || count > CASES_MAX)
        return false;
    referee->count = count;
    for (size_t at = 0; at < count; at++)
        if (!ask(program, ASK_INFO, at, 0) ||
            !child_receive(&program->child, &referee->cases[at], sizeof referee->cases[at]))
            return false;
    return true;
}

bool referee_start(Referee *referee, const Exercise *exercise, Finding *finding)
{
    *referee = (Referee){.count = 0};
    build_referee(exercise, &finding->build);
    finding->verdict = VERDICT_NO_COURSE;
    if (finding->build.state != BUILT) {
        snprintf(finding->sentence, sizeof finding->sentence, "%s", finding->build.sentence);
        return false;
    }
    referee->program = (Program){.seconds = 3600};
    snprintf(referee->program.program, PATH_ROOM, "%s", finding->build.program);
    if (!program_start(&referee->program) || !infos_read(referee)) {
        snprintf(finding->sentence, sizeof finding->sentence, "The exercise's referee does not answer: %.300s",
                 referee->program.child.text);
        referee_stop(referee);
        return false;
    }
    return true;
}

void referee_stop(Referee *referee)
{
    program_stop(&referee->program);
}

/* ---- numbers --------------------------------------------------------------------------------- */

double relative_error(double a, double b)
{
    return gate_error(a, b);
}

bool forward_agrees(const CaseInfo *info, double yours, double right)
{
    double allowed = info->forward_tolerance == 0 ? 1e-9 : info->forward_tolerance;
    if (isnan(right) || isinf(right))
        return isnan(right) ? isnan(yours) : yours == right;
    return relative_error(yours, right) <= allowed;
}

bool gradient_agrees(const CaseInfo *info, double yours, double measured)
{
    double allowed = info->gradient_tolerance == 0 ? 1e-7 : info->gradient_tolerance;
    return relative_error(yours, measured) <= allowed;
}

typedef struct {
    Referee *referee;
    const Sitting *sitting;
    size_t input;
} Poke;

static real poked(real value, const void *context)
{
    const Poke *poke = context;
    double x[CHECK_INPUTS], y[CHECK_OUTPUTS], sum = 0;
    memcpy(x, poke->sitting->x, sizeof x);
    x[poke->input] = (double)value;
    if (!referee_plain(poke->referee, poke->sitting, x, y))
        return (real)NAN;
    for (size_t j = 0; j < poke->sitting->info->outputs; j++)
        sum += poke->sitting->dy[j] * y[j];
    return (real)sum;
}

double referee_difference(Referee *referee, const Sitting *sitting, size_t i, double h)
{
    Poke poke = {referee, sitting, i};
    return (double)difference_five_point(poked, &poke, (real)sitting->x[i], (real)h);
}

double referee_one_sided(Referee *referee, const Sitting *sitting, size_t i, double h)
{
    Poke poke = {referee, sitting, i};
    return (double)difference_forward(poked, &poke, (real)sitting->x[i], (real)h);
}

bool sitting_prepare(Referee *referee, size_t at, uint64_t seed, Sitting *sitting)
{
    Program *program = &referee->program;
    *sitting = (Sitting){.info = &referee->cases[at], .at = at, .seed = seed};
    size_t n = sitting->info->inputs, m = sitting->info->outputs;
    if (!ask(program, ASK_DRAW, at, seed) || !child_receive(&program->child, sitting->x, n * sizeof(double)))
        return false;
    Random random = random_make(seed, 1000 + at);
    for (size_t j = 0; j < m; j++)
        sitting->dy[j] = random_normal(&random);
    for (size_t i = 0; i < n; i++)
        sitting->before[i] = random_normal(&random);
    if (sitting->info->judged)
        return true;
    if (!referee_plain(referee, sitting, sitting->x, sitting->right))
        return false;
    for (size_t i = 0; i < n && !sitting->info->forward_only; i++)
        sitting->measured[i] = referee_difference(referee, sitting, i, STEP);
    return true;
}

/* ---- one case -------------------------------------------------------------------------------- */

/* The student's numbers for a prepared sitting. */
static bool sitting_run(Program *program, Sitting *sitting)
{
    bool backward = !sitting->info->forward_only;
    if (!program_run(program, sitting, sitting->x, sitting->dy, backward, WAY_FRESH, sitting->y,
                     sitting->fresh))
        return false;
    if (!backward)
        return true;
    double again[CHECK_OUTPUTS];
    if (!program_run(program, sitting, sitting->x, sitting->dy, true, WAY_ADDED, again, sitting->added))
        return false;
    for (size_t i = 0; i < sitting->info->inputs; i++)
        sitting->added[i] -= sitting->before[i];
    return true;
}

static Verdict sitting_compare(const Sitting *sitting)
{
    const CaseInfo *info = sitting->info;
    for (size_t j = 0; j < info->outputs; j++)
        if (!forward_agrees(info, sitting->y[j], sitting->right[j]))
            return VERDICT_FORWARD;
    for (size_t i = 0; i < info->inputs && !info->forward_only; i++)
        if (!gradient_agrees(info, sitting->fresh[i], sitting->measured[i]) ||
            !gradient_agrees(info, sitting->added[i], sitting->measured[i]))
            return VERDICT_GRADIENT;
    return VERDICT_PASSED;
}

/* What was right on leaves, in the middle of a graph; false when the program ended. */
static bool inside_judge(Program *student, Sitting *sitting, Verdict *verdict)
{
    double y[CHECK_OUTPUTS], dx[CHECK_INPUTS];
    sitting->inside = true;
    if (!program_run(student, sitting, sitting->x, sitting->dy, true, WAY_INSIDE, y, dx))
        return false;
    sitting->inside = false;
    for (size_t i = 0; i < sitting->info->inputs; i++)
        sitting->inside = sitting->inside || !gradient_agrees(sitting->info, dx[i], sitting->measured[i]);
    if (sitting->inside) {
        memcpy(sitting->fresh, dx, sitting->info->inputs * sizeof *dx);
        *verdict = VERDICT_GRADIENT;
    }
    return true;
}

/* Everything about one case at one seed; false when the judging is over. */
static bool case_judge(Referee *referee, Program *student, size_t at, uint64_t seed,
                       const char *source, Finding *finding)
{
    Sitting *sitting = &finding->sitting;
    if (!sitting_prepare(referee, at, seed, sitting)) {
        finding->verdict = VERDICT_NO_COURSE;
        snprintf(finding->sentence, sizeof finding->sentence, "The exercise's referee stopped: %.300s",
                 referee->program.child.text);
        return false;
    }
    if (!sitting_run(student, sitting)) {
        end_explain(student, source, finding);
        return false;
    }
    finding->verdict = VERDICT_PASSED;
    if (sitting->info->judged) {
        if (!referee_judge(referee, sitting))
            finding->verdict = VERDICT_NO_COURSE;
        else if (sitting->judgement[0] != '\0')
            finding->verdict = VERDICT_JUDGED;
        snprintf(finding->sentence, sizeof finding->sentence, "%s", sitting->judgement);
    } else
        finding->verdict = sitting_compare(sitting);
    if (finding->verdict == VERDICT_PASSED && !sitting->info->forward_only &&
        !inside_judge(student, sitting, &finding->verdict)) {
        end_explain(student, source, finding);
        return false;
    }
    return finding->verdict == VERDICT_PASSED;
}

static void judge_all(Referee *referee, Program *student, const char *source,
                      const JudgeOptions *options, Finding *finding)
{
    finding->cases = referee->count;
    finding->seeds = 0;
    if (!program_start(student)) {
        finding->verdict = VERDICT_NO_COURSE;
        snprintf(finding->sentence, sizeof finding->sentence, "%s cannot be started", student->program);
        return;
    }
    bool goes_on = true;
    for (size_t k = 0; k < options->seeds && goes_on; k++) {
        for (size_t at = 0; at < referee->count && goes_on; at++)
            goes_on = case_judge(referee, student, at, options->seed + k, source, finding);
        finding->seeds += goes_on;
    }
    program_stop(student);
    finding->seconds = student->used;
    memcpy(finding->printed, student->child.text, sizeof finding->printed);
    if (finding->verdict == VERDICT_FORWARD)
        snprintf(finding->sentence, sizeof finding->sentence, "The forward is wrong for %s.",
                 finding->sitting.info->name);
    else if (finding->verdict == VERDICT_GRADIENT)
        snprintf(finding->sentence, sizeof finding->sentence, "The backward is wrong for %s.",
                 finding->sitting.info->name);
}

void judge_program(Referee *referee, const char *program, const JudgeOptions *options,
                   Finding *finding)
{
    Program student = {.seconds = options->seconds, .bounded = true,
                       .sandbox = options->workshop.run};
    snprintf(student.program, PATH_ROOM, "%s", program);
    judge_all(referee, &student, NULL, options, finding);
}

static bool untouched(const Exercise *exercise, const char *source)
{
    char *yours = NULL, *starter = NULL;
    bool same = !text_read(source, &yours).failed &&
                !text_read(path_starter(exercise), &starter).failed && strcmp(yours, starter) == 0;
    free(yours);
    free(starter);
    return same;
}

void judge_file(Referee *referee, const Exercise *exercise, const char *source,
                const JudgeOptions *options, Finding *finding)
{
    if (!file_exists(source) || (!options->as_given && untouched(exercise, source))) {
        finding->verdict = VERDICT_NOT_STARTED;
        snprintf(finding->sentence, sizeof finding->sentence, "The file is as the starter was.");
        return;
    }
    build_answer(&options->workshop, exercise, source, options->name, &finding->build);
    if (finding->build.state != BUILT) {
        finding->verdict = finding->build.state == NO_TOOLS ? VERDICT_NO_COURSE : VERDICT_NOT_BUILT;
        snprintf(finding->sentence, sizeof finding->sentence, "%s", finding->build.sentence);
        return;
    }
    Program student = {.seconds = options->seconds, .bounded = true,
                       .sandbox = options->workshop.run};
    snprintf(student.program, PATH_ROOM, "%s", finding->build.program);
    judge_all(referee, &student, source, options, finding);
}

const char *element_name(const char *names, size_t i)
{
    static char texts[6][80];
    static int turn;
    char *text = texts[turn = (turn + 1) % 6];
    for (const char *at = names; *at != '\0';) {
        at += strspn(at, " ");
        size_t length = strcspn(at, "["), whole = strcspn(at, " "), dims[4], rank = 0, size = 1;
        length = length < whole ? length : whole;
        for (const char *p = at + length; p < at + whole && rank < 4; p += strcspn(p + 1, "[ ") + 1)
            size *= dims[rank++] = strtoul(p + 1, NULL, 10);
        if (i < size) {
            int used = snprintf(text, sizeof texts[0], "%.*s", (int)length, at);
            for (size_t axis = 0; axis < rank; axis++) {
                size /= dims[axis];
                used += snprintf(text + used, sizeof texts[0] - (size_t)used, "[%zu]", i / size);
                i %= size;
            }
            return text;
        }
        i -= size;
        at += whole;
    }
    snprintf(text, sizeof texts[0], "?");
    return text;
}
