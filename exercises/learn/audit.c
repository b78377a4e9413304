/* audit: what must hold for every exercise, tried. The solution passes at many seeds; the starter
 * compiles without a warning and counts as not started; its exports are the library file's; every seeded
 * bug is rejected and named by its own numbers and by no other's; the place in the lesson that it names
 * is there. `make test` runs it with few seeds. */
#include "commands.h"

#include "read.h"
#include "report.h"
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

enum { AUDIT_SEEDS = 20, NAMING_SEEDS = 3 };

typedef struct {
    Referee referee;
    const Exercise *exercise;
    size_t seeds;
    int passed, failed;
} Audit;

static void row(Audit *audit, bool good, const char *what, const char *detail)
{
    audit->passed += good;
    audit->failed += !good;
    if (!good)
        mark_print(MARK_BAD, "%s: %s: %s\n", audit->exercise->id, what, detail);
}

/* ---- solution and starter -------------------------------------------------------------------- */

static void audit_solution(Audit *audit)
{
    static Finding finding;
    JudgeOptions options = judge_usual();
    options.seed = 1;
    options.seeds = audit->seeds;
    options.seconds = 600;
    options.name = "solution";
    finding = (Finding){.verdict = VERDICT_PASSED};
    judge_file(&audit->referee, audit->exercise, path_solution(audit->exercise), &options, &finding);
    bool good = finding.verdict == VERDICT_PASSED;
    char *detail = text_format("%s; %s (seed %llu) %s", verdict_words(finding.verdict),
                               finding.sentence, (unsigned long long)finding.sitting.seed,
                               finding.build.text);
    row(audit, good, "the solution passes", detail);
    free(detail);
    row(audit, finding.build.text[0] == '\0', "the solution compiles without a warning",
        finding.build.text);
}

static void audit_starter(Audit *audit)
{
    static Finding finding;
    static Build build;
    JudgeOptions options = judge_usual();
    options.name = "starter";
    finding = (Finding){.verdict = VERDICT_PASSED};
    judge_file(&audit->referee, audit->exercise, path_starter(audit->exercise), &options, &finding);
    row(audit, finding.verdict == VERDICT_NOT_STARTED, "the starter is not started",
        verdict_words(finding.verdict));
    build_answer(&options.workshop, audit->exercise, path_starter(audit->exercise), "starter", &build);
    row(audit, build.state == BUILT && build.text[0] == '\0', "the starter compiles without a warning",
        build.text);
    if (build.state != BUILT)
        return;
    /* As it stands it must not pass: a space added makes it the student's. */
    judge_program(&audit->referee, build.program, &options, &finding);
    row(audit, finding.verdict != VERDICT_PASSED, "the starter does not solve", "it passes");
}

/* Two that built one file would both want its place in the engine. */
static void audit_owner(Audit *audit, const Course *course)
{
    const Exercise *exercise = audit->exercise;
    for (int i = 0; i < course->count && exercise->file != NULL; i++) {
        const Exercise *other = &course->items[i];
        if (other != exercise && other->file != NULL && strcmp(other->file, exercise->file) == 0)
            row(audit, false, "its file of the library is its own", other->id);
    }
}

static void audit_exports(Audit *audit)
{
    const Exercise *exercise = audit->exercise;
    if (exercise->file == NULL)
        return;
    char object[PATH_ROOM], starter[PATH_ROOM], *ours = NULL, *its = NULL;
    snprintf(object, sizeof object, LEARN_BUILD "/double/lib/%.*s.o", (int)strlen(exercise->file) - 2,
             exercise->file);
    snprintf(starter, sizeof starter, LEARN_BUILD "/learn/%s/starter.o", exercise->id);
    Error error = exports_read(NULL, object, &ours);
    if (!error.failed)
        error = exports_read(NULL, starter, &its);
    bool same = !error.failed && strcmp(ours, its) == 0;
    char *detail = text_format("%s\nlibrary:\n%sstarter:\n%s", error.text, ours == NULL ? "" : ours,
                               its == NULL ? "" : its);
    row(audit, same, "the starter exports what the library's file exports", detail);
    free(detail);
    free(ours);
    free(its);
}

/* ---- bugs ------------------------------------------------------------------------------------ */

/* Which bug's numbers are these, among all? -1: none's; -2: more than one's. */
static int slip_named(const Signature *its, const Signature *all, int count)
{
    int found = -1;
    for (int k = 0; k < count; k++)
        if (signature_equal(its, &all[k]))
            found = found == -1 ? k : -2;
    return found;
}

static bool slip_rejected(Audit *audit, const Build *build, uint64_t seed, const char **how)
{
    static Finding finding;
    JudgeOptions options = judge_usual();
    options.seed = seed;
    options.seeds = 1;
    options.seconds = 3;
    finding = (Finding){.verdict = VERDICT_PASSED};
    judge_program(&audit->referee, build->program, &options, &finding);
    *how = verdict_words(finding.verdict);
    return finding.verdict != VERDICT_PASSED && finding.verdict != VERDICT_NO_COURSE;
}

/* A line of the matrix: the bug, how it was rejected, and an X under the one whose numbers they are. */
static void slip_row(Audit *audit, int k, bool rejected, const char *how, const Signature *all)
{
    const Exercise *exercise = audit->exercise;
    int named = slip_named(&all[k], all, exercise->n_slips);
    printf("  %-24s %-18s ", exercise->slips[k].id, how);
    for (int j = 0; j < exercise->n_slips; j++)
        putchar(signature_equal(&all[k], &all[j]) ? 'X' : '.');
    putchar('\n');
    row(audit, rejected, exercise->slips[k].id, "is not rejected");
    row(audit, named == k, exercise->slips[k].id, "is not named by its own numbers alone");
}

static void audit_slips(Audit *audit)
{
    static Build builds[BUGS_MAX];
    const Exercise *exercise = audit->exercise;
    Signature all[BUGS_MAX] = {{0}};
    bool backward = false, rejected[BUGS_MAX];
    const char *how[BUGS_MAX];
    for (size_t at = 0; at < audit->referee.count; at++)
        backward = backward || !audit->referee.cases[at].forward_only;
    row(audit, exercise->n_slips >= (backward ? 5 : 3), "enough seeded bugs",
        backward ? "fewer than 5" : "fewer than 3");
    for (int k = 0; k < exercise->n_slips; k++) {
        build_slip(exercise, &exercise->slips[k], &builds[k]);
        row(audit, builds[k].state == BUILT, exercise->slips[k].id, builds[k].sentence);
        rejected[k] = builds[k].state == BUILT;
        for (uint64_t seed = 1; seed <= NAMING_SEEDS && rejected[k]; seed++)
            rejected[k] = slip_rejected(audit, &builds[k], seed, &how[k]);
        if (builds[k].state == BUILT)
            all[k] = signature_of(&audit->referee, builds[k].program, JUDGE_SEED);
    }
    for (int k = 0; k < exercise->n_slips; k++)
        if (builds[k].state == BUILT)
            slip_row(audit, k, rejected[k], how[k], all);
    for (int k = 0; k < exercise->n_slips; k++)
        signature_free(&all[k]);
}

/* ---- paper ----------------------------------------------------------------------------------- */

static void audit_paper(Audit *audit)
{
    size_t judged;
    row(audit, file_exists(path_solution(audit->exercise)), "a worked answer", "there is none");
    Error error = sheet_audit(path_text(audit->exercise), audit->seeds, &judged);
    audit->passed += (int)judged;
    if (error.failed)
        row(audit, false, "its answers hold", error.text);
    printf("%s: %zu answers, right and wrong, are taken for what they are\n", audit->exercise->id, judged);
}

static void exercise_audit(Audit *audit, const Course *course, const Exercise *exercise)
{
    static Finding finding;
    audit->exercise = exercise;
    audit_owner(audit, course);
    Error found = read_finds(exercise->lesson);
    row(audit, !found.failed, "its place in the lesson is there", found.text);
    if (exercise->paper) {
        audit_paper(audit);
        return;
    }
    finding = (Finding){.verdict = VERDICT_PASSED};
    printf("%s\n", exercise->id);
    bool heard = referee_start(&audit->referee, exercise, &finding);
    row(audit, heard, "the referee answers", finding.sentence);
    if (!heard)
        return;
    audit_solution(audit);
    audit_starter(audit);
    audit_exports(audit);
    audit_slips(audit);
    referee_stop(&audit->referee);
    fflush(stdout);
}

int audit_command(Desk *desk, int argc, char **argv)
{
    if (course_is_sealed())
        exit_with("audit: this copy of the course came without answers, and those are tried");
    Audit audit = {.seeds = AUDIT_SEEDS};
    const char *only = NULL;
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
            audit.seeds = strtoul(argv[++i], NULL, 10);
        else
            only = argv[i];
    if (audit.seeds == 0)
        exit_with("audit: --seeds: expected a whole number above 0");
    for (int i = 0; i < desk->course.count; i++) {
        const Exercise *exercise = &desk->course.items[i];
        if (only == NULL || chapter_matches(exercise, only) || strcmp(only, exercise->id) == 0 ||
            strcmp(only, exercise->name) == 0)
            exercise_audit(&audit, &desk->course, exercise);
    }
    printf("%d passed, %d failed\n", audit.passed, audit.failed);
    return audit.passed == 0 || audit.failed > 0;
}
