/* bugs: puts every gate on trial, as `make bugs` does. Taught in chapter 03.
 *
 *   bugs [options] RECIPE
 *
 * First each file as it stands must pass its own row, then each bug must make that row WRONG. A bug
 * made by hand must come to a verdict; a mutant that does not build, crashes or never ends is counted
 * apart and is no success. A mutant that no gate could tell from the original stands in
 * equivalent.txt with its reason, and is tried all the same. Ends with "bugs: N passed, N failed". */
#include "bugs/bugs.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { ONLY_MAX = 50 };

typedef struct {
    const char *only[ONLY_MAX], *recipe;
    int n_only, jobs;
    long sample, seed; /* sample 0: all mutants */
    bool list, verbose;
} Options;

typedef struct {
    Options options;
    Recipe recipe;
    Subjects subjects;
    Bugs bugs;
    Equivalents equivalents;
    int *left; /* for each subject, the trials still to come */
    int shown; /* subjects whose line is printed */
    int passed, failed;
} Run;

/* ---- bugs as a list ----------------------------------------------------------------------------- */
Bug *bugs_add(Bugs *bugs, Subject *subject)
{
    if (bugs->count == bugs->capacity) {
        bugs->capacity = bugs->capacity == 0 ? 256 : 2 * bugs->capacity;
        bugs->items = memory_realloc(bugs->items, (size_t)bugs->capacity * sizeof *bugs->items);
    }
    Bug *bug = &bugs->items[bugs->count++];
    *bug = (Bug){.subject = subject};
    return bug;
}

static void bugs_free(Bugs *bugs)
{
    for (int i = 0; i < bugs->count; i++) {
        for (int k = 0; k < bugs->items[i].n_edits; k++)
            free(bugs->items[i].edits[k].text);
        free(bugs->items[i].key);
        free(bugs->items[i].says);
    }
    free(bugs->items);
    *bugs = (Bugs){NULL, 0, 0};
}

char *bug_text(const Bug *bug, size_t *size)
{
    size_t room = bug->subject->size + 1, used = 0, from = 0;
    for (int k = 0; k < bug->n_edits; k++)
        room += strlen(bug->edits[k].text);
    char *text = memory_alloc(room);
    for (int k = 0; k <= bug->n_edits; k++) {
        size_t until = k < bug->n_edits ? bug->edits[k].begin : bug->subject->size;
        memcpy(text + used, bug->subject->text + from, until - from);
        used += until - from;
        if (k == bug->n_edits)
            break;
        memcpy(text + used, bug->edits[k].text, strlen(bug->edits[k].text));
        used += strlen(bug->edits[k].text);
        from = bug->edits[k].end;
    }
    *size = used;
    return text;
}

/* ---- options ------------------------------------------------------------------------------------ */
static void usage_print(void)
{
    printf("usage: bugs [options] RECIPE      (make bugs writes the recipe)\n"
           "Puts wrong gradients into the library one at a time; every gate must notice.\n"
           "  --only OP      only bugs of this row or file, as softmax or ops/softmax.c; may repeat\n"
           "  --sample N     all bugs made by hand, and N mutants spread evenly over the rest\n"
           "  --seed N       where the sample begins (0)\n"
           "  --jobs N       this many at once (2)\n"
           "  --list         print the bugs, run none\n"
           "  --verbose      print every bug with its verdict\n"
           "  --help         this text\n");
}

static long number_from(const char *option, const char *text, long least, long most)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || number < least || number > most)
        exit_with("bugs: --%s: expected a whole number from %ld to %ld, found \"%s\"", option, least,
                  most, text);
    return number;
}

static void option_take(Options *options, int letter)
{
    switch (letter) {
    case 'o':
        if (options->n_only == ONLY_MAX)
            exit_with("bugs: --only: expected at most %d of them", ONLY_MAX);
        options->only[options->n_only++] = optarg;
        break;
    case 'n': options->sample = number_from("sample", optarg, 1, 1000000); break;
    case 's': options->seed = number_from("seed", optarg, 0, 1000000000); break;
    case 'j': options->jobs = (int)number_from("jobs", optarg, 1, 64); break;
    case 'l': options->list = true; break;
    case 'v': options->verbose = true; break;
    case 'h':
        usage_print();
        exit(0);
    default: exit(2);
    }
}

static Options options_read(int argc, char **argv)
{
    static const struct option known[] = {
        {"only", required_argument, NULL, 'o'}, {"sample", required_argument, NULL, 'n'},
        {"seed", required_argument, NULL, 's'}, {"jobs", required_argument, NULL, 'j'},
        {"list", no_argument, NULL, 'l'},       {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};
    Options options = {.jobs = 2};
    int letter;
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1)
        option_take(&options, letter);
    if (optind + 1 != argc)
        exit_with("bugs: expected one recipe after the options, found %d words; --help says more",
                  argc - optind);
    options.recipe = argv[optind];
    return options;
}

/* ---- which to try ------------------------------------------------------------------------------- */
static bool is_wanted(const Options *options, const Subject *subject)
{
    for (int k = 0; k < options->n_only; k++)
        if (strcmp(options->only[k], subject->row) == 0 || strcmp(options->only[k], subject->file) == 0)
            return true;
    return options->n_only == 0;
}

static void only_check(const Run *run)
{
    for (int k = 0; k < run->options.n_only; k++) {
        Options one = {.only = {run->options.only[k]}, .n_only = 1};
        bool known = false;
        for (int s = 0; s < run->subjects.count; s++)
            known = known || is_wanted(&one, &run->subjects.items[s]);
        if (!known)
            exit_with("bugs: --only: expected a row or a file of subjects.txt, found \"%s\"",
                      one.only[0]);
    }
}

/* Of `total` mutants in their order, whether the one at `place` is in the sample: the k-th of the
 * sample is the one at (k + u) total / sample, with u in [0, 1) from the seed. */
static bool is_sampled(const Options *options, int place, int total)
{
    if (options->sample == 0 || options->sample >= total)
        return true;
    Random random = random_make((uint64_t)options->seed, 0);
    double start = random_uniform(&random), stride = (double)total / (double)options->sample;
    double first = ceil(((double)place) / stride - start);
    return (size_t)((first + start) * stride) == (size_t)place;
}

/* Indices of the bugs to try, subject by subject; returns how many. */
static int choose(const Run *run, int *index)
{
    const Bugs *bugs = &run->bugs;
    int count = 0, total = 0, place = 0;
    for (int i = 0; i < bugs->count; i++)
        total += !bugs->items[i].by_hand && is_wanted(&run->options, bugs->items[i].subject);
    for (int s = 0; s < run->subjects.count; s++)
        for (int i = 0; i < bugs->count; i++) {
            const Bug *bug = &bugs->items[i];
            if (bug->subject != &run->subjects.items[s] || !is_wanted(&run->options, bug->subject))
                continue;
            if (bug->by_hand || is_sampled(&run->options, place++, total))
                index[count++] = i;
        }
    return count;
}

/* ---- saying what happened ----------------------------------------------------------------------- */
static const char *verdict_text(const Bug *bug)
{
    static const char *const texts[] = {"not run", "caught", "SURVIVED", "no verdict", "passed"};
    if (bug->reason == NULL)
        return texts[bug->verdict];
    return bug->verdict == CAUGHT ? "CAUGHT, though listed as equivalent" : "equivalent";
}

static bool is_failure(const Bug *bug)
{
    if (bug->reason != NULL)
        return bug->verdict == CAUGHT;
    return bug->verdict == SURVIVED || (bug->by_hand && bug->verdict == NO_VERDICT);
}

static void bug_print(const Bug *bug, bool whole)
{
    printf("  %-30s %s\n      %s\n", bug->id, verdict_text(bug), bug->says);
    if (whole && bug->key != NULL)
        printf("      %s\n", bug->key);
    if (bug->note[0] != '\0')
        printf("      %s\n", bug->note);
    if (bug->reason != NULL)
        printf("      because %s\n", bug->reason);
}

typedef struct {
    int by_hand, mutated, caught, none, equivalent, survived, signs;
} Counts;

static void count_bug(Counts *counts, const Bug *bug)
{
    if (bug->verdict == NOT_RUN || (bug->n_edits == 0))
        return;
    counts->by_hand += bug->by_hand;
    counts->mutated += !bug->by_hand;
    counts->caught += bug->verdict == CAUGHT;
    counts->none += bug->verdict == NO_VERDICT;
    counts->equivalent += bug->verdict == SURVIVED && bug->reason != NULL;
    counts->survived += bug->verdict == SURVIVED && bug->reason == NULL;
    counts->signs += bug->sign && (bug->verdict == CAUGHT || (bug->verdict == SURVIVED &&
                                                              bug->reason == NULL));
}

static void subject_print(const Run *run, const Subject *subject)
{
    Counts counts = {0};
    for (int i = 0; i < run->bugs.count; i++)
        if (run->bugs.items[i].subject == subject)
            count_bug(&counts, &run->bugs.items[i]);
    if (counts.by_hand + counts.mutated == 0)
        return;
    printf("%-22s %-24s %7d %7d %7d %8d %10d %10d\n", subject->row, subject->file, counts.by_hand,
           counts.mutated, counts.caught, counts.survived, counts.equivalent, counts.none);
    fflush(stdout);
}

/* After each trial: what needs saying, and the line of every subject that is done, in their order. */
static void trial_finished(int index, void *context)
{
    Run *run = context;
    const Bug *bug = &run->bugs.items[index];
    run->left[bug->subject - run->subjects.items]--;
    if (bug->n_edits > 0 && (run->options.verbose || is_failure(bug)))
        bug_print(bug, run->options.verbose || bug->verdict == SURVIVED);
    while (bug->n_edits > 0 && run->shown < run->subjects.count && run->left[run->shown] == 0)
        subject_print(run, &run->subjects.items[run->shown++]);
}

/* ---- the trials --------------------------------------------------------------------------------- */
static Error bugs_collect(Run *run)
{
    char path[400];
    Error error = recipe_read(&run->recipe, run->options.recipe);
    if (error.failed)
        return error;
    snprintf(path, sizeof path, "%s/subjects.txt", run->recipe.tables);
    error = subjects_read(&run->subjects, path, run->recipe.lib);
    snprintf(path, sizeof path, "%s/by-hand.txt", run->recipe.tables);
    if (!error.failed)
        error = by_hand_read(&run->bugs, &run->subjects, path);
    snprintf(path, sizeof path, "%s/equivalent.txt", run->recipe.tables);
    if (!error.failed)
        error = equivalents_read(&run->equivalents, path);
    for (int s = 0; s < run->subjects.count && !error.failed; s++)
        error = subject_mutate(&run->bugs, &run->subjects.items[s]);
    return error;
}

/* Gives mutants their reasons. An entry that fits no mutant any more is a failure. */
static void equivalents_match(Run *run)
{
    for (int e = 0; e < run->equivalents.count; e++) {
        Equivalent *entry = &run->equivalents.items[e];
        for (int i = 0; i < run->bugs.count; i++)
            if (run->bugs.items[i].key != NULL && strcmp(run->bugs.items[i].key, entry->key) == 0) {
                run->bugs.items[i].reason = entry->reason;
                entry->used = true;
            }
        if (!entry->used) {
            printf("equivalent.txt:%d: no mutant has this key any more: %s\n", entry->line, entry->key);
            run->failed++;
        }
    }
}

/* Each wanted file as it stands, through the very same path. */
static Error untouched_try(Run *run, const TrialSettings *settings)
{
    int *index = memory_alloc(((size_t)run->subjects.count + 1) * sizeof *index), count = 0;
    for (int s = 0; s < run->subjects.count; s++)
        if (is_wanted(&run->options, &run->subjects.items[s])) {
            Bug *bug = bugs_add(&run->bugs, &run->subjects.items[s]);
            snprintf(bug->id, sizeof bug->id, "untouched");
            index[count++] = run->bugs.count - 1;
        }
    Error error = trials_run(&run->bugs, index, count, settings);
    for (int k = 0; k < count && !error.failed; k++) {
        const Bug *bug = &run->bugs.items[index[k]];
        if (bug->verdict == PASSED)
            continue;
        snprintf(bug->subject->untouched, NOTE_MAX, "%.*s", NOTE_MAX - 1, bug->note);
        printf("%s, untouched, should pass the row \"%s\" of %s: %s; its bugs are not tried\n",
               bug->subject->file, bug->subject->row, bug->subject->chapter, bug->note);
        run->failed++;
    }
    free(index);
    return error;
}

static Error bugs_try(Run *run, int *index, int count)
{
    TrialSettings settings = {.recipe = &run->recipe, .jobs = run->options.jobs, .limit = 10,
                              .finished = trial_finished, .context = run};
    run->left = memory_calloc((size_t)run->subjects.count + 1, sizeof *run->left);
    Error error = untouched_try(run, &settings);
    int kept = 0;
    for (int k = 0; k < count; k++)
        if (run->bugs.items[index[k]].subject->untouched[0] == '\0')
            index[kept++] = index[k];
    memset(run->left, 0, (size_t)run->subjects.count * sizeof *run->left);
    for (int k = 0; k < kept; k++)
        run->left[run->bugs.items[index[k]].subject - run->subjects.items]++;
    printf("%-22s %-24s %7s %7s %7s %8s %10s %10s\n", "row", "file", "by hand", "mutated", "caught",
           "survived", "equivalent", "no verdict");
    if (!error.failed)
        error = trials_run(&run->bugs, index, kept, &settings);
    return error;
}

static void totals_print(Run *run)
{
    Counts all = {0};
    for (int i = 0; i < run->bugs.count; i++) {
        count_bug(&all, &run->bugs.items[i]);
        run->passed += run->bugs.items[i].verdict == CAUGHT && !is_failure(&run->bugs.items[i]);
        run->failed += is_failure(&run->bugs.items[i]);
    }
    int judged = all.caught + all.survived;
    printf("%d by hand and %d mutants: %d caught, %d survived, %d equivalent, %d without a verdict\n",
           all.by_hand, all.mutated, all.caught, all.survived, all.equivalent, all.none);
    if (judged > 0)
        printf("plain changes of sign: %d of %d, %.0f%%; at most a third may be\n", all.signs, judged,
               100.0 * all.signs / judged);
    if (3 * all.signs > judged && run->options.n_only == 0) {
        printf("too many of the bugs are plain changes of sign\n");
        run->failed++;
    }
    printf("bugs: %d passed, %d failed\n", run->passed, run->failed);
}

int main(int argc, char **argv)
{
    Run run = {.options = options_read(argc, argv)};
    setenv("WENGERT_THREADS", "1", 0); /* two gates run at once; their results are the same anyway */
    exit_if(bugs_collect(&run));
    only_check(&run);
    equivalents_match(&run);
    int *index = memory_alloc(((size_t)run.bugs.count + 1) * sizeof *index);
    int count = choose(&run, index);
    if (run.options.sample > 0)
        printf("a sample of %ld mutants, seed %ld\n", run.options.sample, run.options.seed);
    Error error = no_error();
    if (run.options.list)
        for (int k = 0; k < count; k++)
            bug_print(&run.bugs.items[index[k]], true);
    else
        error = bugs_try(&run, index, count);
    if (!run.options.list && !error.failed)
        totals_print(&run);
    free(index);
    free(run.left);
    bugs_free(&run.bugs);
    subjects_free(&run.subjects);
    equivalents_free(&run.equivalents);
    recipe_free(&run.recipe);
    exit_if(error);
    return run.failed == 0 ? 0 : 1;
}
