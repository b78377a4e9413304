/* check: ./learn check [ID or chapter] [--seed N] [--seeds N], and ./learn watch. */
#include "commands.h"

#include "report.h"
#include "sheet.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void desk_save(const Desk *desk)
{
    exit_if(standings_write(&desk->standings));
}

/* What was begun, else what follows the last that passed: who works in chapter 05 is not sent to 00. Else
 * the first that is open. */
const Exercise *exercise_next(Desk *desk)
{
    const Exercise *open = NULL, *after = NULL;
    for (int i = 0; i < desk->course.count; i++) {
        const Exercise *exercise = &desk->course.items[i];
        Standing standing = standing_of(&desk->standings, exercise);
        if (standing == STARTED || standing == CHANGED)
            return exercise;
        if (standing == PASSED)
            after = NULL;
        else if (after == NULL)
            after = exercise;
        if (open == NULL && standing != PASSED)
            open = exercise;
    }
    return after != NULL ? after : open;
}

const Exercise *exercise_named(Desk *desk, int argc, char **argv)
{
    const Exercise *found;
    if (argc == 0)
        return exercise_next(desk);
    if (argc > 1)
        exit_with("expected one exercise, found also \"%s\"", argv[1]);
    exit_if(course_find(&desk->course, argv[0], &found));
    return found;
}

size_t slips_rejected(const Exercise *exercise, uint64_t seed)
{
    static Finding finding;
    static Build build;
    static Referee referee;
    size_t rejected = 0;
    JudgeOptions options = judge_usual();
    options.seed = seed;
    options.seeds = 1;
    options.seconds = 3;
    if (!referee_start(&referee, exercise, &finding))
        return 0;
    for (int k = 0; k < exercise->n_slips; k++) {
        build_slip(exercise, &exercise->slips[k], &build);
        if (build.state != BUILT)
            continue;
        judge_program(&referee, build.program, &options, &finding);
        rejected += finding.verdict != VERDICT_PASSED && finding.verdict != VERDICT_NO_COURSE;
    }
    referee_stop(&referee);
    return rejected;
}

static void passed_keep(Desk *desk, const Exercise *exercise)
{
    char *text;
    exit_if(text_read(path_work(exercise), &text));
    record_of(&desk->standings, exercise)->passed = text_hash(text);
    free(text);
    desk_save(desk);
}

static bool code_check(Desk *desk, const Exercise *exercise, uint64_t seed, size_t seeds)
{
    static Finding finding;
    static Diagnosis diagnosis;
    static Referee referee;
    JudgeOptions options = judge_usual();
    options.seed = seed;
    options.seeds = seeds;
    options.as_given = exercise->hunt; /* what is wrong in it is the first thing to see */
    finding = (Finding){.verdict = VERDICT_PASSED};
    diagnosis = (Diagnosis){.gradient = false};
    char source[PATH_ROOM];
    snprintf(source, sizeof source, "%s", path_work(exercise));
    bool heard = referee_start(&referee, exercise, &finding);
    if (heard) {
        judge_file(&referee, exercise, source, &options, &finding);
        if (verdict_is_failure(finding.verdict))
            diagnose(&referee, exercise, &finding, &diagnosis);
        referee_stop(&referee);
    }
    report_print(exercise, source, &finding, &diagnosis,
                 record_of(&desk->standings, exercise)->hints);
    if (finding.verdict != VERDICT_PASSED)
        return false;
    if (exercise->n_slips > 0)
        printf("; this check rejects %zu of %d seeded bugs", slips_rejected(exercise, seed),
               exercise->n_slips);
    putchar('\n');
    passed_keep(desk, exercise);
    return true;
}

/* Takes --seed and --seeds out of the words; what is left are names. */
static int seeds_take(int argc, char **argv, uint64_t *seed, size_t *seeds)
{
    int kept = 0;
    for (int i = 0; i < argc; i++) {
        bool one = strcmp(argv[i], "--seed") == 0, many = strcmp(argv[i], "--seeds") == 0;
        if (!one && !many) {
            argv[kept++] = argv[i];
            continue;
        }
        char *end = NULL;
        unsigned long long number = i + 1 < argc ? strtoull(argv[i + 1], &end, 10) : 0;
        if (end == NULL || end == argv[i + 1] || *end != '\0' || argv[i + 1][0] == '-' ||
            (many && number == 0))
            exit_with("%s: expected a whole number, found \"%s\"", argv[i],
                      i + 1 < argc ? argv[i + 1] : "nothing");
        if (one)
            *seed = number;
        else
            *seeds = number;
        i++;
    }
    return kept;
}

/* Which rung of the ladder is next. */
static int hint_next(Desk *desk, const Exercise *exercise)
{
    int seen = record_of(&desk->standings, exercise)->hints;
    return seen < HINTS ? seen + 1 : HINTS;
}

/* A sheet of answers. What was given as arguments alone is judged but not kept: the file is what counts. */
static bool paper_check(Desk *desk, const Exercise *exercise, uint64_t seed, char **arguments, int count)
{
    SheetResult result;
    const char *answers = file_exists(path_work(exercise)) ? path_work(exercise) : NULL;
    exit_if(sheet_judge(path_text(exercise), answers, arguments, count, seed, true, &result));
    bool right = result.right == result.parts, open = result.answered == 0;
    mark_print(right ? MARK_GOOD : open ? MARK_OPEN : MARK_BAD, "%-30s %s\n", exercise->id,
               right  ? "passed"
               : open ? "not started"
                      : "not all right");
    if (right && answers != NULL && count == 0)
        passed_keep(desk, exercise);
    if (count > 0)
        printf("  not kept: write it into %s\n", path_work(exercise));
    if (right && file_exists(path_solution(exercise)))
        printf("  ./learn diff %s shows the worked answer\n", exercise->call);
    else if (!right)
        printf("  yours: %s     ./learn hint %s (%d of %d)\n", path_work(exercise), exercise->call,
               hint_next(desk, exercise), HINTS);
    return right;
}

/* Among others: what is right takes one line. */
static bool paper_check_briefly(Desk *desk, const Exercise *exercise, uint64_t seed)
{
    SheetResult result;
    exit_if(sheet_judge(path_text(exercise), path_work(exercise), NULL, 0, seed, false, &result));
    if (result.right < result.parts)
        return paper_check(desk, exercise, seed, NULL, 0);
    mark_print(MARK_GOOD, "%-30s passed\n", exercise->id);
    passed_keep(desk, exercise);
    return true;
}

bool exercise_check(Desk *desk, const Exercise *exercise, uint64_t seed, size_t seeds)
{
    return exercise->paper ? paper_check(desk, exercise, seed, NULL, 0)
                           : code_check(desk, exercise, seed, seeds);
}

int paper_command_run(Desk *desk, int argc, char **argv)
{
    uint64_t seed = JUDGE_SEED;
    size_t seeds = SEEDS_USUAL;
    argc = seeds_take(argc, argv, &seed, &seeds);
    int named = argc > 0 && strchr(argv[0], '=') == NULL; /* else the one in hand is meant */
    const Exercise *exercise = exercise_named(desk, named, argv);
    if (exercise == NULL || !exercise->paper)
        exit_with("paper: expected a pen-and-paper exercise (./learn list shows them), found %s",
                  exercise == NULL ? "nothing" : exercise->id);
    return paper_check(desk, exercise, seed, argv + named, argc - named) ? 0 : 1;
}

/* A chapter: those that were started; how many are not is said at the end. */
static int chapter_check(Desk *desk, const char *chapter, uint64_t seed, size_t seeds)
{
    int passed = 0, failed = 0, open = 0;
    for (int i = 0; i < desk->course.count; i++) {
        const Exercise *exercise = &desk->course.items[i];
        if (!chapter_matches(exercise, chapter))
            continue;
        if (standing_of(&desk->standings, exercise) == NOT_STARTED)
            open++;
        else if (exercise->paper ? paper_check_briefly(desk, exercise, seed)
                                 : code_check(desk, exercise, seed, seeds))
            passed++;
        else
            failed++;
    }
    if (passed + failed + open == 0)
        exit_with("expected an exercise or a chapter (./learn list shows them), found \"%s\"", chapter);
    printf("%d passed, %d failed, %d not started\n", passed, failed, open);
    return failed > 0 ? 1 : 0;
}

static bool is_chapter(const Desk *desk, const char *text)
{
    for (int i = 0; i < desk->course.count; i++)
        if (chapter_matches(&desk->course.items[i], text))
            return true;
    return false;
}

int check_command(Desk *desk, int argc, char **argv)
{
    uint64_t seed = JUDGE_SEED;
    size_t seeds = SEEDS_USUAL;
    argc = seeds_take(argc, argv, &seed, &seeds);
    if (argc == 1 && is_chapter(desk, argv[0]))
        return chapter_check(desk, argv[0], seed, seeds);
    const Exercise *exercise = exercise_named(desk, argc, argv);
    if (exercise == NULL) {
        printf("Every exercise is passed.\n");
        return 0;
    }
    return exercise_check(desk, exercise, seed, seeds) ? 0 : 1;
}

/* ---- watch ----------------------------------------------------------------------------------- */

static void wait_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* The hash of the student's file; 0 while it cannot be read, as between an editor's two writes. */
static uint64_t work_hash(const Exercise *exercise)
{
    char *text;
    if (text_read(path_work(exercise), &text).failed)
        return 0;
    uint64_t hash = text_hash(text);
    free(text);
    return hash;
}

int watch_command(Desk *desk, int argc, char **argv)
{
    const Exercise *exercise = exercise_named(desk, argc, argv);
    if (exercise == NULL || !file_exists(path_work(exercise)))
        exit_with("watch: expected an exercise that was started; ./learn start %s",
                  exercise == NULL ? "ID" : exercise->call);
    uint64_t seen = 0;
    for (;;) {
        uint64_t now = work_hash(exercise);
        if (now != seen && now != 0) {
            seen = now;
            if (terminal_moves(stdout))
                printf("\033[H\033[2J");
            exercise_check(desk, exercise, JUDGE_SEED, SEEDS_USUAL);
            printf("\nwatching %s; save it to check again, Ctrl-C ends\n", path_work(exercise));
            fflush(stdout);
        }
        wait_ms(300);
    }
}
