/* grade: ./learn grade DIR. Collects every submission into a clean tree, judges several at once,
 * each in a process of its own, and writes the reports when all is judged. Whatever ends it, its
 * folder goes and no report is left half written. */
#include "grade.h"

#include "show/show.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { JOBS_MAX = 256 };

static volatile sig_atomic_t stopped; /* the signal that came */

static void stop(int signal) { stopped = signal; }

/* Waiting ends when a signal comes: signal() alone would go on waiting. */
static void signals_take(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* ---- the grader's own folder ----------------------------------------------------------------- */

static Class class;
static NewFile reports[3];
static bool report_open[3];

static void clean_up(void)
{
    for (int k = 0; k < 3; k++)
        if (report_open[k])
            file_abandon(&reports[k]);
    if (class.place[0] != '\0')
        folder_remove(class.place);
    class.place[0] = '\0';
}

static void check(Error error)
{
    if (error.failed)
        clean_up();
    exit_if(error);
}

static _Noreturn void stop_now(void)
{
    clean_up();
    signal(stopped, SIG_DFL);
    raise(stopped);
    _exit(1);
}

static Error place_make(void)
{
    const char *below = getenv("TMPDIR");
    snprintf(class.place, sizeof class.place, "%.200s/grade.XXXXXX",
             below == NULL || below[0] != '/' ? "/tmp" : below);
    if (mkdtemp(class.place) != NULL)
        return no_error();
    Error error = error_make("%s: cannot be made: %s", class.place, strerror(errno));
    class.place[0] = '\0';
    return error;
}

/* ---- several at once ------------------------------------------------------------------------- */

static pid_t worker_start(void (*work)(Class *, size_t), size_t at)
{
    fflush(NULL);
    pid_t id = fork();
    if (id != 0)
        return id;
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    work(&class, at);
    fflush(NULL);
    _exit(0);
}

static void progress(const char *what, size_t done, size_t of)
{
    if (terminal_moves(stderr))
        fprintf(stderr, "\r%s %zu of %zu%s", what, done, of, done == of ? "\r\033[K" : "");
}

/* Runs work(class, 0 .. count-1), each in a process of its own, class.jobs at once. */
static void workers_run(void (*work)(Class *, size_t), size_t count, const char *what)
{
    pid_t running[JOBS_MAX];
    size_t next = 0, alive = 0, done = 0;
    while (done < count && !stopped) {
        while (alive < class.jobs && next < count && !stopped) {
            pid_t id = worker_start(work, next++);
            if (id < 0)
                done++; /* what it should have judged stays without a verdict, and that is said */
            else
                running[alive++] = id;
        }
        pid_t id = alive > 0 ? waitpid(-1, NULL, 0) : -1;
        for (size_t k = 0; k < alive && id > 0; k++)
            if (running[k] == id) {
                running[k] = running[--alive];
                progress(what, ++done, count);
                break;
            }
    }
    for (size_t k = 0; k < alive; k++) {
        kill(running[k], SIGKILL); /* their sandboxes die with them */
        waitpid(running[k], NULL, 0);
    }
    if (stopped)
        stop_now();
}

/* ---- options --------------------------------------------------------------------------------- */

typedef struct {
    const char *paths[3]; /* of TAP, JUnit and CSV; NULL: none */
    const char *only;
} Wishes;

static uint64_t seed_draw(void)
{
    uint64_t seed = 0;
    FILE *file = fopen("/dev/urandom", "rb");
    if (file == NULL || fread(&seed, sizeof seed, 1, file) != 1)
        exit_with("grade: /dev/urandom cannot be read; give a --seed");
    fclose(file);
    return seed >> 16; /* fewer digits to copy, and still nothing to guess */
}

static Wishes options_take(int argc, char **argv)
{
    Wishes wishes = {.only = NULL};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    class.seed = seed_draw();
    class.seeds = GRADE_SEEDS;
    class.jobs = processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (size_t)processors;
    const Option options[] = {
        {"tap", OPTION_TEXT, &wishes.paths[0], 0, 0, "write a report in TAP 14"},
        {"junit", OPTION_TEXT, &wishes.paths[1], 0, 0, "write a report in JUnit's XML"},
        {"csv", OPTION_TEXT, &wishes.paths[2], 0, 0, "write a table, a row a submission"},
        {"seed", OPTION_SEED, &class.seed, 0, 0,
         "judge at the seeds from this on; drawn if not given"},
        {"seeds", OPTION_SIZE, &class.seeds, 1, 1000, "how many"},
        {"only", OPTION_TEXT, &wishes.only, 0, 0,
         "these exercises or chapters: mul,01,03-gradcheck"},
        {"jobs", OPTION_SIZE, &class.jobs, 1, JOBS_MAX, "this many submissions at once"},
        {"unsafe", OPTION_FLAG, &class.unsafe, 0, 0, "run student code without a sandbox"},
    };
    if (argc == 0 || (argv[0][0] == '-' && strcmp(argv[0], "--help") != 0))
        exit_with("grade: expected a folder of submissions first: ./learn grade DIR [--csv FILE]");
    bool help = strcmp(argv[0], "--help") == 0;
    options_parse(
        argc + help, argv - help,
        "./learn grade DIR [options]\nJudges every submission, a folder of DIR each, apart from "
        "all others.",
        options, sizeof options / sizeof *options);
    class.folder = argv[0];
    return wishes;
}

static bool is_named(const char *word, const Exercise *exercise)
{
    return chapter_matches(exercise, word) || strcmp(word, exercise->id) == 0 ||
           strcmp(word, exercise->name) == 0;
}

/* Marks in `wished` what the word names; a word must name something. */
static void word_take(const Course *course, const char *word, bool *wished)
{
    bool known = false;
    for (int i = 0; i < course->count; i++)
        if (is_named(word, &course->items[i]))
            known = wished[i] = true;
    if (!known)
        exit_with("--only: expected exercises or chapters (./learn list shows them), found \"%s\"",
                  word);
}

static void exercises_choose(const Course *course, const char *only)
{
    bool *wished = memory_calloc((size_t)course->count + 1, sizeof *wished);
    char *words = text_format("%s", only == NULL ? "" : only);
    for (char *word = strtok(words, ","); word != NULL; word = strtok(NULL, ","))
        word_take(course, word, wished);
    class.course = course;
    class.exercises = memory_calloc((size_t)course->count + 1, sizeof *class.exercises);
    for (int i = 0; i < course->count; i++)
        if (only == NULL || wished[i])
            class.exercises[class.n_exercises++] = &course->items[i];
    if (class.n_exercises == 0)
        exit_with("grade: expected exercises to judge, found none");
    free(wished);
    free(words);
}

/* ---- the course of events -------------------------------------------------------------------- */

/* Workers write their grades where we can read them. */
static void grades_make(void)
{
    size_t each = class.n_exercises * sizeof(Grade), size = class.count * (each + sizeof(Grade));
    char *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        clean_up();
        exit_with("grade: no memory for the grades");
    }
    for (size_t i = 0; i < class.count; i++) {
        class.submissions[i].grades = (Grade *)(void *)(shared + i * (each + sizeof(Grade)));
        class.submissions[i].done = (bool *)(shared + i * (each + sizeof(Grade)) + each);
    }
}

static void sandbox_check(void)
{
    char tree[PATH_ROOM], path[2 * PATH_ROOM];
    snprintf(tree, sizeof tree, "%.300s/trial", class.place);
    snprintf(path, sizeof path, "%s/built", tree);
    check(folder_make(path));
    snprintf(path, sizeof path, "%s/work/try.c", tree);
    check(text_write(path, "int main(void) { return 0; }\n"));
    Sandbox sandbox = sandbox_make(&class.plan, tree);
    Error error = sandbox_try(&sandbox);
    sandbox_free(&sandbox);
    if (!error.failed)
        return;
    clean_up();
    exit_with(
        "grade: student code runs in bubblewrap, and that does not work here (%.200s); install "
        "bubblewrap, or say --unsafe to run it unprotected",
        error.text);
}

static void reports_open(const Wishes *wishes)
{
    for (int k = 0; k < 3; k++)
        for (int j = 0; j < k && wishes->paths[k] != NULL; j++)
            if (wishes->paths[j] != NULL && strcmp(wishes->paths[j], wishes->paths[k]) == 0)
                check(error_make("expected a file of its own for each report, found %.300s twice",
                                 wishes->paths[k]));
    for (int k = 0; k < 3; k++)
        if (wishes->paths[k] != NULL) {
            check(file_create(&reports[k], wishes->paths[k]));
            report_open[k] = true;
        }
}

static void reports_write(void)
{
    static void (*const writers[3])(const Class *, FILE *) = {report_tap, report_junit, report_csv};
    for (int k = 0; k < 3; k++)
        if (report_open[k]) {
            writers[k](&class, reports[k].stream);
            report_open[k] = false;
            check(file_commit(&reports[k]));
        }
}

/* A worker that did not come to its end leaves no verdict on what it had not judged. */
static bool all_done(void)
{
    bool all = true;
    for (size_t i = 0; i < class.count; i++)
        for (size_t e = 0; e < class.n_exercises; e++) {
            Grade *grade = &class.submissions[i].grades[e];
            if (!*class.submissions[i].done && grade->taken && grade->state == GRADE_NOT_STARTED) {
                grade->state = GRADE_UNKNOWN;
                snprintf(grade->sentence, sizeof grade->sentence,
                         "The grader's own process stopped.");
            }
            all = all && grade->state != GRADE_UNKNOWN;
        }
    return all;
}

int grade_command(Desk *desk, int argc, char **argv)
{
    Wishes wishes = options_take(argc, argv);
    exercises_choose(&desk->course, wishes.only);
    exit_if(class_find(&class));
    signals_take();
    check(place_make());
    check(sandbox_plan(&class.plan, class.place));
    if (!class.unsafe)
        sandbox_check();
    reports_open(&wishes);
    grades_make();
    workers_run(worker_prepare, class.n_exercises, "preparing exercises:");
    for (size_t i = 0; i < class.count && !stopped; i++)
        check(submission_collect(&class, i));
    workers_run(worker_judge, class.count, "judged:");
    bool all = all_done();
    class_overlap(&class);
    reports_write();
    class_table(&class);
    clean_up();
    free(class.submissions);
    free(class.exercises);
    return all ? 0 : 1;
}
