/* build: compiling and linking what is to be judged.
 *
 * The library's objects are those that plain make built; only the exercise's own files are compiled here,
 * with sanitizers, so that a check costs about a second. Referees and slips are kept until something they
 * are made of changes. */
#include "build.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The Makefile says which compiler, and where it builds. */
static const char compiler[] = LEARN_CC;
static const char common[] = "-std=c11 -D_GNU_SOURCE -D_DARWIN_C_SOURCE -g -Ilib -Iexercises/learn "
                             "-ffp-contract=off -fno-math-errno";
static const char warnings[] = "-Wall -Wextra -Wshadow -Wstrict-prototypes";
static const char sanitizers[] = "-fsanitize=address,undefined -fno-sanitize-recover=all "
                                 "-fno-omit-frame-pointer";
enum { COMPILE_SECONDS = 60, EXPORT_ROOM = 128 };

/* ---- words ----------------------------------------------------------------------------------- */

void words_add(Words *words, const char *word)
{
    require(words->count < WORDS_MAX - 1, "a command of more than %d words", WORDS_MAX - 1);
    words->items[words->count++] = text_format("%s", word);
    words->items[words->count] = NULL;
}

void words_split(Words *words, const char *text)
{
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        char *word = text_format("%.*s", (int)length, text);
        words_add(words, word);
        free(word);
        text += length;
    }
}

void words_free(Words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->items[i]);
    words->count = 0;
}

/* ---- one command ----------------------------------------------------------------------------- */

static void words_sandbox(Words *words, const Workshop *workshop)
{
    for (int i = 0; workshop->sandbox != NULL && workshop->sandbox[i] != NULL; i++)
        words_add(words, workshop->sandbox[i]);
}

/* Runs it, and frees the words; what it printed is the build's text. */
static bool run(Words *words, Build *build)
{
    static ChildProgram child;
    Error error = child_run_words(&child, words->items, COMPILE_SECONDS);
    bool good = !error.failed && child_succeeded(&child);
    size_t used = strlen(build->text);
    snprintf(build->text + used, sizeof build->text - used, "%s", error.failed ? error.text : child.text);
    words_free(words);
    return good;
}

static bool newer(const char *a, const char *b)
{
    struct stat x, y;
    if (stat(a, &x) != 0)
        return false;
    if (stat(b, &y) != 0)
        return true;
    return x.st_mtime > y.st_mtime; /* in the same second: built once more than needed */
}

Workshop workshop_usual(void)
{
    return (Workshop){.folder = LEARN_BUILD "/learn"};
}

static const char *library(void)
{
    return LEARN_BUILD "/double/libwengert.a";
}

static const char *harness(void)
{
    return LEARN_BUILD "/learn/harness.o";
}

/* "build/cc/learn/02-value/mul/student", and its folder made. */
static void program_path(const Workshop *workshop, const Exercise *exercise, const char *name,
                         char path[PATH_ROOM])
{
    snprintf(path, PATH_ROOM, "%s/%s", workshop->folder, exercise->id);
    exit_if(folder_make(path));
    snprintf(path, PATH_ROOM, "%s/%s/%s", workshop->folder, exercise->id, name);
}

/* Whether a small program builds under sanitizers: not every compiler brings their libraries. Asked
 * once, and kept in a file. */
static bool sanitizers_work(void)
{
    char *known = LEARN_BUILD "/learn/sanitizers", *text;
    if (!text_read(known, &text).failed) {
        bool yes = strcmp(text, "yes\n") == 0;
        free(text);
        return yes;
    }
    static Build build;
    build = (Build){.state = BUILT};
    Words words = {.count = 0};
    exit_if(text_write(LEARN_BUILD "/learn/try.c", "int main(void) { return 0; }\n"));
    words_add(&words, compiler);
    words_split(&words, sanitizers);
    words_split(&words, LEARN_BUILD "/learn/try.c -o " LEARN_BUILD "/learn/try");
    bool yes = run(&words, &build);
    exit_if(text_write(known, yes ? "yes\n" : "no\n"));
    return yes;
}

/* ---- compile --------------------------------------------------------------------------------- */

static bool compile(const Workshop *workshop, const Exercise *exercise, const char *source,
                    const char *object, bool strict, Build *build)
{
    Words words = {.count = 0};
    words_sandbox(&words, workshop);
    words_add(&words, compiler);
    words_split(&words, common);
    words_split(&words, strict ? warnings : "-w");
    words_split(&words, strict ? "-O1" : "-O0");
    if (strict && sanitizers_work())
        words_split(&words, sanitizers);
    char include[PATH_ROOM];
    snprintf(include, sizeof include, "-Iexercises/%s", exercise->chapter);
    words_add(&words, include);
    words_split(&words, "-c -o");
    words_add(&words, object);
    words_add(&words, source);
    return run(&words, build);
}

static bool check_object(const Exercise *exercise, bool strict, char object[PATH_ROOM], Build *build)
{
    Workshop usual = workshop_usual();
    program_path(&usual, exercise, strict ? "check.san.o" : "check.o", object);
    const char *source = path_check(exercise);
    if (newer(object, source) && newer(object, "exercises/learn/check.h") &&
        newer(object, LEARN_BUILD "/learn/harness.o"))
        return true;
    return compile(&usual, exercise, source, object, strict, build);
}

static bool link_program(const Workshop *workshop, const char *object, const char *check, bool strict,
                         Build *build)
{
    Words words = {.count = 0};
    words_sandbox(&words, workshop);
    words_add(&words, compiler);
    if (strict && sanitizers_work())
        words_split(&words, sanitizers);
    words_add(&words, object);
    words_add(&words, check);
    words_add(&words, harness());
    words_add(&words, library());
    words_split(&words, "-lpthread -lm -o");
    words_add(&words, build->program);
    return run(&words, build);
}

/* ---- names ----------------------------------------------------------------------------------- */

static int lines_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One line of nm -P: "name T value size". What begins with two underlines is the compiler's. */
static bool is_export(const char *line, char name[EXPORT_ROOM])
{
    char kind;
    if (sscanf(line, "%120s %c", name, &kind) != 2 || kind == 'U' || kind == 'w' || kind == 'W')
        return false;
#ifdef __APPLE__
    memmove(name, name + 1, strlen(name)); /* C names have an underline in front there */
#endif
    return strncmp(name, "__", 2) != 0;
}

Error exports_read(const char *object, char **names)
{
    static ChildProgram child;
    Words words = {.count = 0};
    words_split(&words, "nm -P -g");
    words_add(&words, object);
    Error error = child_run_words(&child, words.items, COMPILE_SECONDS);
    words_free(&words);
    *names = NULL;
    if (error.failed || !child_succeeded(&child))
        return error_make("nm: expected to list the functions of %s, found: %.200s", object,
                          error.failed ? error.text : child.text);
    char *found[400], name[EXPORT_ROOM];
    size_t count = 0;
    for (char *line = strtok(child.text, "\n"); line != NULL && count < 400;
         line = strtok(NULL, "\n"))
        if (is_export(line, name))
            found[count++] = text_format("%s", name);
    qsort(found, count, sizeof *found, lines_compare);
    *names = text_format("%s", "");
    for (size_t i = 0; i < count; i++) {
        char *longer = text_format("%s%s\n", *names, found[i]);
        free(*names);
        free(found[i]);
        *names = longer;
    }
    return no_error();
}

/* The first line of `a` that is no line of `b`, or NULL. */
static const char *line_missing(const char *a, const char *b, char line[EXPORT_ROOM])
{
    while (*a != '\0') {
        size_t length = strcspn(a, "\n");
        snprintf(line, EXPORT_ROOM, "%.*s", (int)length, a);
        bool found = false;
        for (const char *at = b; *at != '\0' && !found; at += strcspn(at, "\n") + 1)
            found = strncmp(at, line, length) == 0 && at[length] == '\n';
        if (!found)
            return line;
        a += length + 1;
    }
    return NULL;
}

/* The student's object must export what the starter's does, no more and no less. */
static bool names_agree(const char *source, const char *object, const char *starter, Build *build)
{
    char *yours, *wanted, line[EXPORT_ROOM];
    Error error = exports_read(object, &yours);
    if (!error.failed) {
        error = exports_read(starter, &wanted);
        if (error.failed)
            free(yours);
    }
    if (error.failed) {
        build->state = NO_TOOLS;
        snprintf(build->sentence, sizeof build->sentence, "%s", error.text);
        return false;
    }
    const char *name;
    if ((name = line_missing(wanted, yours, line)) != NULL)
        snprintf(build->sentence, sizeof build->sentence,
                 "%s should define %s, as the starter does, and does not: is its name spelled so, and "
                 "is it without static?", source, name);
    else if ((name = line_missing(yours, wanted, line)) != NULL)
        snprintf(build->sentence, sizeof build->sentence,
                 "%s lets other files see %s, which the starter does not have: write static before it.",
                 source, name);
    if (name != NULL)
        build->state = WRONG_NAMES;
    free(yours);
    free(wanted);
    return name == NULL;
}

/* ---- programs -------------------------------------------------------------------------------- */

static void fail(Build *build, BuildState state, const char *sentence)
{
    build->state = state;
    snprintf(build->sentence, sizeof build->sentence, "%s", sentence);
}

/* The starter's object, without sanitizers. */
static bool starter_object(const Exercise *exercise, char object[PATH_ROOM], Build *build)
{
    Workshop usual = workshop_usual();
    program_path(&usual, exercise, "starter.o", object);
    return newer(object, path_starter(exercise)) ||
           compile(&usual, exercise, path_starter(exercise), object, false, build);
}

void build_referee(const Exercise *exercise, Build *build)
{
    char object[PATH_ROOM], check[PATH_ROOM];
    *build = (Build){.state = BUILT};
    Workshop usual = workshop_usual();
    program_path(&usual, exercise, "referee", build->program);
    if (!file_exists(library()) || !file_exists(harness()))
        fail(build, NO_TOOLS, "The library is not built yet: type make.");
    else if (!starter_object(exercise, object, build) || !check_object(exercise, false, check, build))
        fail(build, NO_TOOLS, "The exercise's own files do not compile: that is the course's fault.");
    else if (newer(build->program, object) && newer(build->program, check) &&
             newer(build->program, library()))
        return;
    else if (!link_program(&usual, object, check, false, build))
        fail(build, NO_TOOLS, "The exercise's own files do not link: that is the course's fault.");
}

void build_answer(const Workshop *workshop, const Exercise *exercise, const char *source,
                  const char *name, Build *build)
{
    char object[PATH_ROOM], starter[PATH_ROOM], check[PATH_ROOM], file[ID_ROOM];
    *build = (Build){.state = BUILT};
    snprintf(file, sizeof file, "%s.answer.o", name);
    program_path(workshop, exercise, file, object);
    program_path(workshop, exercise, name, build->program);
    remove(build->program);
    if (!starter_object(exercise, starter, build) || !check_object(exercise, true, check, build)) {
        fail(build, NO_TOOLS, "The exercise's own files do not compile: that is the course's fault.");
        return;
    }
    if (!compile(workshop, exercise, source, object, true, build)) {
        fail(build, NOT_COMPILING, "The compiler stopped: mend its first error, the others may follow "
                                   "from it.");
        return;
    }
    if (!names_agree(source, object, starter, build))
        return;
    if (!link_program(workshop, object, check, true, build))
        fail(build, NOT_LINKING, "The file calls a function that is nowhere, or defines one that the "
                                 "library has.");
}

void build_slip(const Exercise *exercise, const Slip *slip, Build *build)
{
    char object[PATH_ROOM + 4], check[PATH_ROOM], source[PATH_ROOM + 4], name[ID_ROOM], *text;
    *build = (Build){.state = BUILT};
    Workshop usual = workshop_usual();
    snprintf(name, sizeof name, "slip-%s", slip->id);
    program_path(&usual, exercise, name, build->program);
    snprintf(source, sizeof source, "%s.c", build->program);
    snprintf(object, sizeof object, "%s.o", build->program);
    if (newer(build->program, path_solution(exercise)) && newer(build->program, path_text(exercise)) &&
        newer(build->program, path_check(exercise)) && newer(build->program, library()))
        return;
    Error error = slip_text(exercise, slip, &text);
    if (!error.failed)
        error = text_write(source, text);
    free(text);
    if (error.failed)
        fail(build, NO_TOOLS, error.text);
    else if (!compile(&usual, exercise, source, object, false, build) ||
             !check_object(exercise, false, check, build) ||
             !link_program(&usual, object, check, false, build))
        fail(build, NO_TOOLS, "The seeded bug does not build.");
}
