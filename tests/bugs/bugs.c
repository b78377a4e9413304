/* bugs: puts every gate on trial, as `make bugs` does. Taught in chapter 03.
 *
 * First each file as it stands must pass its own row, then each bug must make that row WRONG. A bug
 * made by hand must come to a verdict; a mutant that does not build, crashes or never ends is
 * counted apart and is no success. A mutant that no gate could tell from the original stands in
 * equivalent.txt with its reason, and is tried all the same. Ends with "bugs: N passed, N failed".
 */
#include "bugs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *recipe, *only; /* only: NULL for all */
    size_t sample, jobs;       /* sample 0: all mutants */
    uint64_t seed;
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

/* ---- bugs as a list -------------------------------------------------------------------------- */
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

/* ---- options --------------------------------------------------------------------------------- */
static Options options_read(int argc, char **argv)
{
    Options o = {.jobs = 2};
    const Option table[] = {
        {"recipe", OPTION_TEXT, &o.recipe, 0, 0, "how to build, as the Makefile writes it"},
        {"only", OPTION_TEXT, &o.only, 0, 0, "only these rows or files: softmax,ops/gelu.c"},
        {"sample", OPTION_SIZE, &o.sample, 0, 1e6,
         "all bugs by hand, N mutants evenly spread; 0: all"},
        {"seed", OPTION_SEED, &o.seed, 0, 0, "where the sample begins"},
        {"jobs", OPTION_SIZE, &o.jobs, 1, 64, "this many at once"},
        {"list", OPTION_FLAG, &o.list, 0, 0, "print the bugs, try none"},
        {"verbose", OPTION_FLAG, &o.verbose, 0, 0, "print every bug and its verdict"}};
    options_parse(argc, argv,
                  "usage: bugs --recipe FILE [options]      (make bugs does)\n"
                  "Puts wrong gradients into the library, one at a time; every gate must notice.",
                  table, sizeof table / sizeof *table);
    if (o.recipe == NULL)
        exit_with("bugs: expected --recipe FILE; --help says more");
    return o;
}

/* ---- which to try ---------------------------------------------------------------------------- */
/* Whether one of the words of --only names this subject's row or file; true without --only. */
static bool is_wanted(const char *only, const Subject *subject)
{
    if (only == NULL)
        return true;
    for (const char *word = only; *word != '\0'; word += strcspn(word, ","), word += *word == ',') {
        size_t length = strcspn(word, ",");
        if ((strlen(subject->row) == length && strncmp(word, subject->row, length) == 0) ||
            (strlen(subject->file) == length && strncmp(word, subject->file, length) == 0))
            return true;
    }
    return false;
}

static void only_check(const Run *run)
{
    const char *only = run->options.only;
    bool known = only == NULL;
    for (const char *word = only; word != NULL && *word != '\0';) {
        size_t length = strcspn(word, ",");
        char *one = text_format("%.*s", (int)length, word);
        known = false;
        for (int s = 0; s < run->subjects.count; s++)
            known = known || is_wanted(one, &run->subjects.items[s]);
        free(one);
        if (!known)
            break;
        word += length + (word[length] == ',');
    }
    if (!known)
        exit_with("bugs: --only: expected rows or files of subjects.txt, found \"%s\"", only);
}

/* Of `total` mutants in their order, whether the one at `place` is in the sample: the k-th of the
 * sample is the one at (k + u) total / sample, with u in [0, 1) from the seed. */
static bool is_sampled(const Options *options, int place, int total)
{
    if (options->sample == 0 || options->sample >= (size_t)total)
        return true;
    Random random = random_make(options->seed, 0);
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
        total += !bugs->items[i].by_hand && is_wanted(run->options.only, bugs->items[i].subject);
    for (int s = 0; s < run->subjects.count; s++)
        for (int i = 0; i < bugs->count; i++) {
            const Bug *bug = &bugs->items[i];
            if (bug->subject != &run->subjects.items[s] ||
                !is_wanted(run->options.only, bug->subject))
                continue;
            if (bug->by_hand || is_sampled(&run->options, place++, total))
                index[count++] = i;
        }
    return count;
}

/* ---- saying what happened -------------------------------------------------------------------- */
/* Steps outside an array: what it does is the compiler's choice, so any verdict will do. */
static bool is_undefined(const Bug *bug)
{
    return bug->reason != NULL && strncmp(bug->reason, "undefined: ", 11) == 0;
}

static bool is_failure(const Bug *bug)
{
    if (bug->reason != NULL)
        return bug->verdict == CAUGHT && !is_undefined(bug);
    return bug->verdict == SURVIVED || (bug->by_hand && bug->verdict == NO_VERDICT);
}

static const char *verdict_text(const Bug *bug)
{
    static const char *const texts[] = {"not run", "caught", "SURVIVED", "no verdict", "passed"};
    if (bug->reason == NULL || bug->verdict == NOT_RUN)
        return texts[bug->verdict];
    return is_failure(bug) ? "CAUGHT, though listed as equivalent" : "equivalent";
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
    int by_hand, mutated, caught, none, refused, equivalent, survived, signs;
} Counts;

static void count_bug(Counts *counts, const Bug *bug)
{
    if (bug->verdict == NOT_RUN || (bug->n_edits == 0))
        return;
    counts->by_hand += bug->by_hand;
    counts->mutated += !bug->by_hand;
    counts->caught += bug->verdict == CAUGHT && bug->reason == NULL;
    counts->none += bug->verdict == NO_VERDICT;
    counts->refused += bug->verdict == NO_VERDICT && strstr(bug->note, "broken contract") != NULL;
    counts->equivalent += bug->verdict != NO_VERDICT && bug->reason != NULL;
    counts->survived += bug->verdict == SURVIVED && bug->reason == NULL;
    counts->signs += bug->sign && bug->reason == NULL && bug->verdict != NO_VERDICT;
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

/* After each trial: what needs saying, and the line of every subject that is done, in their order.
 */
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

/* ---- the trials ------------------------------------------------------------------------------ */
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
            printf("equivalent.txt:%d: no mutant has this key any more: %s\n", entry->line,
                   entry->key);
            run->failed++;
        }
    }
}

/* Each wanted file as it stands, through the very same path. */
static Error untouched_try(Run *run, const TrialSettings *settings)
{
    int *index = memory_alloc(((size_t)run->subjects.count + 1) * sizeof *index), count = 0;
    for (int s = 0; s < run->subjects.count; s++)
        if (is_wanted(run->options.only, &run->subjects.items[s])) {
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
    TrialSettings settings = {.recipe = &run->recipe,
                              .jobs = (int)run->options.jobs,
                              .limit = 10,
                              .finished = trial_finished,
                              .context = run};
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
        run->passed += run->bugs.items[i].verdict == CAUGHT && run->bugs.items[i].reason == NULL;
        run->failed += is_failure(&run->bugs.items[i]);
    }
    int judged = all.caught + all.survived;
    printf("%d by hand and %d mutants: %d caught, %d survived, %d equivalent\n", all.by_hand,
           all.mutated, all.caught, all.survived, all.equivalent);
    printf("%d without a verdict, so not counted: %d stopped by a contract of the library, %d "
           "crashed, did "
           "not end or did not build\n",
           all.none, all.refused, all.none - all.refused);
    if (judged > 0)
        printf("plain changes of sign: %d of %d, %.0f%%; at most a third may be\n", all.signs,
               judged, 100.0 * all.signs / judged);
    if (3 * all.signs > judged && run->options.only == NULL) {
        printf("too many of the bugs are plain changes of sign\n");
        run->failed++;
    }
    printf("bugs: %d passed, %d failed\n", run->passed, run->failed);
}

int main(int argc, char **argv)
{
    Run run = {.options = options_read(argc, argv)};
    /* Several gates run at once; and what one thread does is the same every time. */
    setenv("WENGERT_THREADS", "1", 1);
    exit_if(bugs_collect(&run));
    only_check(&run);
    equivalents_match(&run);
    int *index = memory_alloc(((size_t)run.bugs.count + 1) * sizeof *index);
    int count = choose(&run, index);
    if (run.options.sample > 0)
        printf("a sample of %zu mutants, seed %" PRIu64 "\n", run.options.sample, run.options.seed);
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
