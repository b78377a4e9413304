/* mine: the gates and a plain GPT-2 on the student's own files. They take the places of the library's in an
 * archive: the linker takes from it what is called, and its map says whose code each file of the engine
 * is. `mine solutions` does the same with the worked answers. */
#include "commands.h"

#include "build.h"
#include "report.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GATE_SECONDS = 300, STEPS = 60 };

/* One file of the engine that an exercise builds. */
typedef struct {
    const Exercise *exercise;
    char source[PATH_ROOM], object[PATH_ROOM];
    char member[2 * ID_ROOM]; /* of the archive: "02-value-mul.o" */
    bool used, linked;        /* written by the student; found in GPT-2 by the linker's map */
    bool changed;
} Part;

static const char gpt2_source[] = "chapters/17-gpt2/gpt2.c";

typedef struct {
    Part parts[EXERCISES_MAX];
    int count;
    bool solutions;
    const char *folder;
} Mine;

/* ---- which files ----------------------------------------------------------------------------- */

static bool part_is_used(Desk *desk, const Mine *mine, const Exercise *exercise, bool *changed)
{
    Standing standing = standing_of(&desk->standings, exercise);
    *changed = standing == CHANGED;
    return mine->solutions || standing == PASSED || standing == CHANGED;
}

static void parts_find(Desk *desk, Mine *mine)
{
    for (int i = 0; i < desk->course.count; i++) {
        const Exercise *exercise = &desk->course.items[i];
        if (exercise->file == NULL)
            continue;
        Part *part = &mine->parts[mine->count++];
        *part = (Part){.exercise = exercise};
        part->used = part_is_used(desk, mine, exercise, &part->changed);
        const char *path = mine->solutions ? path_solution(exercise) : path_work(exercise);
        snprintf(part->source, PATH_ROOM, "%s", path);
        snprintf(part->member, sizeof part->member, "%s-%s.o", exercise->chapter, exercise->name);
        snprintf(part->object, PATH_ROOM, "%.100s/%s-%s.o", mine->folder, exercise->chapter,
                 exercise->name);
    }
}

/* ---- building -------------------------------------------------------------------------------- */

/* Runs it, frees the words, and prints what it said if it failed. */
static bool run_quietly(Words *words, double seconds, ChildProgram *child)
{
    Error error = child_run_words(child, words->items, seconds, 0);
    words_free(words);
    bool good = !error.failed && child_succeeded(child);
    if (error.failed)
        snprintf(child->text, sizeof child->text, "%s", error.text);
    return good;
}

static bool part_compile(const Mine *mine, const Part *part)
{
    static ChildProgram child;
    Words words = {.count = 0};
    char include[PATH_ROOM];
    exit_if(folder_make(mine->folder));
    snprintf(include, sizeof include, "-Iexercises/%s", part->exercise->chapter);
    words_split(&words, LEARN_CC " -std=c11 -D_GNU_SOURCE -D_DARWIN_C_SOURCE -g -O3 -ffp-contract=off "
                                 "-fno-math-errno -fno-trapping-math -Ilib -c");
    words_add(&words, include);
    words_add(&words, part->source);
    words_add(&words, "-o");
    words_add(&words, part->object);
    if (run_quietly(&words, GATE_SECONDS, &child))
        return true;
    mark_print(MARK_BAD, "%s does not compile\n%s", part->source, child.text);
    return false;
}

/* Whether a part takes this file's place: "tensor/broadcast.o". */
static bool part_replaces(const Part *part, const char *file)
{
    size_t length = strlen(part->exercise->file) - 1; /* all but the c of .c */
    return strncmp(part->exercise->file, file, length) == 0 && strcmp(file + length, "o") == 0;
}

/* Adds the library's objects of one room, but for those that a part of the archive replaces. */
static void room_add(const Mine *mine, const Part *only, const char *room, Words *words)
{
    char path[PATH_ROOM], file[PATH_ROOM];
    snprintf(path, sizeof path, LEARN_BUILD "/double/lib/%s", room);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name);
        bool replaced = length < 3 || strcmp(entry->d_name + length - 2, ".o") != 0;
        snprintf(file, sizeof file, "%s/%.200s", room, entry->d_name);
        for (int i = 0; i < mine->count && !replaced; i++)
            replaced = mine->parts[i].used && (only == NULL || only == &mine->parts[i]) &&
                       part_replaces(&mine->parts[i], file);
        if (replaced)
            continue;
        snprintf(path, sizeof path, LEARN_BUILD "/double/lib/%.300s", file);
        words_add(words, path);
    }
    if (folder != NULL)
        closedir(folder);
}

/* The archive of the library with all parts that are used in it, or one alone. */
static bool archive_make(const Mine *mine, const Part *only, const char *archive)
{
    static const char *const rooms[] = {"base", "value", "tensor", "ops",  "nn",
                                        "optim", "text",  "gpt2",   "show"};
    static ChildProgram child;
    Words words = {.count = 0};
    remove(archive);
    words_split(&words, "ar qcs");
    words_add(&words, archive);
    for (int i = 0; i < mine->count; i++)
        if (mine->parts[i].used && (only == NULL || only == &mine->parts[i]))
            words_add(&words, mine->parts[i].object);
    for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++)
        room_add(mine, only, rooms[k], &words);
    return run_quietly(&words, GATE_SECONDS, &child);
}

/* Adds what make built from the files that a pattern names. */
static void objects_add(const char *pattern, Words *words)
{
    char object[PATH_ROOM];
    glob_t sources = {0};
    glob(pattern, 0, NULL, &sources);
    for (size_t i = 0; i < sources.gl_pathc; i++) {
        const char *source = sources.gl_pathv[i];
        snprintf(object, sizeof object, LEARN_BUILD "/double/%.*so", (int)strlen(source) - 1, source);
        words_add(words, object);
    }
    globfree(&sources);
}

/* Links the program of such files with that archive; `only` is the one part to take, or NULL for all. */
static bool main_link(const Mine *mine, const char *sources, const Part *only, const char *map,
                      const char *program)
{
    static ChildProgram child;
    Words words = {.count = 0};
    char archive[PATH_ROOM];
    snprintf(archive, sizeof archive, "%.100s/%s", mine->folder, only == NULL ? "libmine.a" : "libone.a");
    if (only != NULL && !archive_make(mine, only, archive))
        return false;
    words_split(&words, LEARN_CC " -g");
    objects_add(sources, &words);
    words_add(&words, archive);
    words_split(&words, LEARN_LIBS " -o");
    words_add(&words, program);
#ifndef __APPLE__
    if (map != NULL) {
        char option[PATH_ROOM + 20];
        snprintf(option, sizeof option, "-Wl,-Map=%s", map);
        words_add(&words, option);
    }
#else
    (void)map;
#endif
    if (run_quietly(&words, GATE_SECONDS, &child))
        return true;
    mark_print(MARK_BAD, "%s does not link\n%s", program, child.text);
    return false;
}

/* ---- gates ----------------------------------------------------------------------------------- */

static int names_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The chapters whose gates are built, in order. */
static int gates_find(char gates[][ID_ROOM], int most)
{
    int count = 0;
    char path[PATH_ROOM];
    DIR *folder = opendir("chapters");
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        snprintf(path, sizeof path, LEARN_BUILD "/double/chapters/%.79s/gate.o", entry->d_name);
        if (entry->d_name[0] != '.' && count < most && file_exists(path))
            snprintf(gates[count++], ID_ROOM, "%.79s", entry->d_name);
    }
    if (folder != NULL)
        closedir(folder);
    qsort(gates, (size_t)count, ID_ROOM, names_compare);
    return count;
}

/* One chapter's gate on the parts: whether it passes; its closing line, or its first wrong row. */
static bool gate_run(const Mine *mine, const char *chapter, const Part *only, char line[200])
{
    static ChildProgram child;
    char sources[PATH_ROOM], program[PATH_ROOM];
    snprintf(sources, sizeof sources, "chapters/%.79s/gate*.c", chapter);
    snprintf(program, sizeof program, "%.200s/gate-%.79s", mine->folder, chapter);
    snprintf(line, 200, "does not link");
    if (!main_link(mine, sources, only, NULL, program))
        return false;
    Words words = {.count = 0};
    words_add(&words, program);
    bool good = run_quietly(&words, GATE_SECONDS, &child);
    const char *wrong = strstr(child.text, "WRONG");
    const char *begin = good || wrong == NULL ? child.text + strlen(child.text) : wrong;
    if (begin > child.text && begin[-1] == '\n')
        begin--; /* the newline that ends the closing line */
    while (begin > child.text && begin[-1] != '\n')
        begin--;
    begin += strspn(begin, " ");
    snprintf(line, 200, "%.*s", (int)strcspn(begin, "\n"), begin);
    return good;
}

/* Which part makes a gate fail: each is tried alone among the library's own. */
static void culprit_print(const Mine *mine, const char *chapter)
{
    char line[200];
    for (int i = 0; i < mine->count; i++)
        if (mine->parts[i].used && !gate_run(mine, chapter, &mine->parts[i], line))
            printf("       fails by itself: %s; ./learn check %s\n", mine->parts[i].source,
                   mine->parts[i].exercise->id);
}

static int gates_run(const Mine *mine)
{
    static char gates[60][ID_ROOM];
    int count = gates_find(gates, 60), failed = 0;
    char line[200];
    if (count == 0)
        exit_with("mine: expected gates in " LEARN_BUILD ", found none: type make gates first");
    for (int i = 0; i < count; i++) {
        bool good = gate_run(mine, gates[i], NULL, line);
        failed += !good;
        mark_print(good ? MARK_GOOD : MARK_BAD, "gate %-20s %s\n", gates[i], line);
        if (!good)
            culprit_print(mine, gates[i]);
        fflush(stdout);
    }
    return failed;
}

/* ---- whose code ------------------------------------------------------------------------------ */

/* Whether the linker took this member of the archive: it has a line of code in the map. */
static bool map_has(const char *map, const char *member)
{
    char name[2 * ID_ROOM + 4];
    snprintf(name, sizeof name, "(%s)\n", member);
    for (const char *at = strstr(map, name); at != NULL; at = strstr(at + 1, name)) {
        const char *line = at;
        while (line > map && line[-1] != '\n')
            line--;
        if (strncmp(line, " .text", 6) == 0)
            return true;
    }
    return false;
}

/* How many files of lib the program was linked from: members with code that no part replaced. The parts'
 * names begin with their chapter's number, the library's with a letter. */
static int map_members(const char *map)
{
    int count = 0;
    const char *at = strstr(map, "Linker script and memory map");
    for (at = at == NULL ? map : at; (at = strstr(at, "\n .text ")) != NULL; at++) {
        size_t length = strcspn(at + 1, "\n");
        const char *member = strstr(at + 1, "libmine.a(");
        count += member != NULL && member < at + 1 + length && member[10] > '9';
    }
    return count;
}

static void whose_print(Mine *mine, const char *map_path)
{
    char *map = NULL;
#ifndef __APPLE__
    exit_if(text_read(map_path, &map));
#endif
    int linked = 0;
    printf("\nwhose code this GPT-2 is (%s)\n",
           map == NULL ? "not read from a map on this system" : "by the linker's map");
    for (int i = 0; i < mine->count; i++) {
        Part *part = &mine->parts[i];
        part->linked = part->used && (map == NULL || map_has(map, part->member));
        linked += part->linked;
        printf("  %-26s %s%s\n", part->exercise->file, part->used ? part->source : "the library's",
               part->used && !part->linked ? "  (GPT-2 does not call it)"
               : part->changed             ? "  (changed since it passed)"
                                           : "");
    }
    if (map != NULL)
        printf("  %d of its files are %s, %d the library's\n", linked,
               mine->solutions ? "worked answers" : "yours", map_members(map));
    free(map);
}

/* ---- training -------------------------------------------------------------------------------- */

static bool train(const char *program, const char *run, bool shown)
{
    static ChildProgram child;
    char steps[20];
    snprintf(steps, sizeof steps, "%d", STEPS);
    const char *const words[] = {program, "train", "--plain", "--text", "chapters/course.txt", "--run", run,
                                 "--fresh", "--steps", steps, "--layers", "2", "--width", "64", "--context",
                                 "32", "--count", "120", "--evaluate-every", "20", "--save-every", "1000"};
    Words all = {.count = 0};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        words_add(&all, words[i]);
    bool good;
    if (shown) {
        fflush(stdout);
        pid_t id = fork();
        if (id == 0) {
            execv(program, all.items);
            _exit(127);
        }
        int status = 1;
        good = id > 0 && waitpid(id, &status, 0) == id && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        words_free(&all);
    } else
        good = run_quietly(&all, GATE_SECONDS, &child);
    return good;
}

/* The largest difference of two logs' losses, and how many steps both have. */
static double losses_compare(const char *a, const char *b, int *steps)
{
    char *x, *y;
    double worst = 0;
    *steps = 0;
    if (text_read(a, &x).failed)
        return HUGE_VAL;
    if (text_read(b, &y).failed) {
        free(x);
        return HUGE_VAL;
    }
    const char *p = strchr(x, '\n'), *q = strchr(y, '\n');
    for (; p != NULL && q != NULL && p[1] != '\0' && q[1] != '\0';
         p = strchr(p + 1, '\n'), q = strchr(q + 1, '\n')) {
        double step, loss, other;
        if (sscanf(p, "%lf %lf", &step, &loss) != 2 || sscanf(q, "%*f %lf", &other) != 1 || isnan(loss))
            continue;
        worst = isnan(other) ? HUGE_VAL : fmax(worst, fabs(loss - other));
        ++*steps;
    }
    free(x);
    free(y);
    return worst;
}

static int training_run(Mine *mine)
{
    static const char library[] = LEARN_BUILD "/double/programs/17-gpt2/gpt2";
    static const char object[] = LEARN_BUILD "/double/chapters/17-gpt2/gpt2.o";
    if (!file_exists(library) || !file_exists(object)) {
        printf("\nGPT-2 is not built (make says what is missing): its training is left out\n");
        return 0;
    }
    char map[PATH_ROOM], program[PATH_ROOM], run[PATH_ROOM], other[PATH_ROOM], a[PATH_ROOM], b[PATH_ROOM];
    snprintf(map, sizeof map, "%.200s/gpt2.map", mine->folder);
    snprintf(program, sizeof program, "%.200s/gpt2", mine->folder);
    snprintf(run, sizeof run, "%.200s/run", mine->folder);
    snprintf(other, sizeof other, "%.200s/run-library", mine->folder);
    snprintf(a, sizeof a, "%.200s/run/log.tsv", mine->folder);
    snprintf(b, sizeof b, "%.200s/run-library/log.tsv", mine->folder);
    if (!main_link(mine, gpt2_source, NULL, map, program))
        return 1;
    whose_print(mine, map);
    printf("\na plain GPT-2 trains on it, %d steps\n", STEPS);
    if (!train(program, run, true) || !train(library, other, false))
        return 1;
    int steps;
    double worst = losses_compare(a, b, &steps);
    bool good = steps == STEPS && worst <= 1e-9;
    mark_print(good ? MARK_GOOD : MARK_BAD, "losses of %d steps: %s the library's within 1e-9 (%s%.1g)\n",
               steps, good ? "equal" : "differ from", good ? "at most " : "by ", worst);
    return !good;
}

/* Which part alone makes the losses differ. */
static void training_culprit(Mine *mine)
{
    char program[PATH_ROOM], run[PATH_ROOM], a[PATH_ROOM], b[PATH_ROOM];
    snprintf(program, sizeof program, "%.200s/gpt2-one", mine->folder);
    snprintf(run, sizeof run, "%.200s/run-one", mine->folder);
    snprintf(a, sizeof a, "%.200s/run-one/log.tsv", mine->folder);
    snprintf(b, sizeof b, "%.200s/run-library/log.tsv", mine->folder);
    for (int i = 0; i < mine->count; i++) {
        Part *part = &mine->parts[i];
        int steps = 0;
        if (!part->linked || !main_link(mine, gpt2_source, part, NULL, program))
            continue;
        if (!train(program, run, false) || !(losses_compare(a, b, &steps) <= 1e-9) || steps != STEPS)
            printf("       fails by itself: %s; ./learn check %s\n", part->source, part->exercise->id);
    }
}

int mine_command(Desk *desk, int argc, char **argv)
{
    static Mine mine;
    if (argc > 1 || (argc == 1 && strcmp(argv[0], "solutions") != 0))
        exit_with("mine: expected nothing or \"solutions\", found \"%s\"", argv[argc - 1]);
    mine.solutions = argc == 1;
    if (mine.solutions && course_is_sealed())
        exit_with("mine: this copy of the course came without answers");
    mine.folder = mine.solutions ? LEARN_BUILD "/mine-solutions" : LEARN_BUILD "/mine";
    unsetenv("WENGERT_THREADS"); /* one thread was for crashes; training may use all */
    parts_find(desk, &mine);
    int used = 0, failed = 0;
    for (int i = 0; i < mine.count; i++) {
        if (!mine.parts[i].used)
            continue;
        used++;
        failed += !part_compile(&mine, &mine.parts[i]);
    }
    if (used == 0) {
        printf("None of your files has passed yet: everything here would be the library's.\n");
        return 1;
    }
    char archive[PATH_ROOM];
    snprintf(archive, sizeof archive, "%.100s/libmine.a", mine.folder);
    if (failed > 0 || !archive_make(&mine, NULL, archive))
        return 1;
    failed = gates_run(&mine);
    int differ = training_run(&mine);
    if (differ)
        training_culprit(&mine);
    return failed + differ > 0;
}
