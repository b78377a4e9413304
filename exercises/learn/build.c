/* build: compiling and linking what is to be judged.
 *
 * The library's objects are those that plain make built; only the exercise's own files are compiled here,
 * with sanitizers, so that a check costs about a second. Referees and slips are kept until something they
 * are made of changes. */
#include "build.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* The Makefile says which compiler, and where it builds. */
static const char compiler[] = LEARN_CC;
static const char common[] = "-std=c11 -D_GNU_SOURCE -D_DARWIN_C_SOURCE -g -Ilib -Iexercises/learn "
                             "-ffp-contract=off -fno-math-errno";
static const char warnings[] = "-Wall -Wextra -Wshadow -Wstrict-prototypes";
static const char sanitizers[] = "-fsanitize=address,undefined -fno-sanitize-recover=all "
                                 "-fno-omit-frame-pointer";
enum { COMPILE_SECONDS = 60, EXPORT_ROOM = 128, EXPORTS_MAX = 400 };

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

void words_append(Words *words, const Words *more)
{
    for (int i = 0; more != NULL && i < more->count; i++)
        words_add(words, more->items[i]);
}

void words_free(Words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->items[i]);
    words->count = 0;
}

/* ---- one command ----------------------------------------------------------------------------- */

/* Runs it, and frees the words; what it printed is the build's text. */
static bool run(const Workshop *workshop, Words *words, Build *build)
{
    static ChildProgram child;
    double begin = seconds_now();
    Error error = child_run_words(&child, words->items, workshop->seconds, workshop->memory);
    bool whole = !error.failed && child.state == CHILD_ENDED; /* else what it computed is not known */
    build->seconds += whole ? child.computed : seconds_now() - begin;
    size_t used = strlen(build->text);
    snprintf(build->text + used, sizeof build->text - used, "%s", error.failed ? error.text : child.text);
    words_free(words);
    if (!error.failed && child.state == CHILD_TIMED_OUT)
        snprintf(build->sentence, sizeof build->sentence, "The compiler was not done after %.0f seconds.",
                 workshop->seconds);
    else if (!error.failed && child.state != CHILD_ENDED)
        snprintf(build->sentence, sizeof build->sentence, "The compiler took more memory, or said more, "
                                                          "than it may.");
    return !error.failed && child_succeeded(&child);
}

Workshop workshop_usual(void)
{
    return (Workshop){.folder = LEARN_BUILD "/learn", .seconds = COMPILE_SECONDS};
}

static const char *library(void)
{
    return LEARN_BUILD "/double/libwengert.a";
}

static const char *harness(bool blind)
{
    return blind ? LEARN_BUILD "/learn/harness_blind.o" : LEARN_BUILD "/learn/harness.o";
}

/* "build/cc/learn/02-value/mul/student", and its folder made. */
static void program_path(const Workshop *workshop, const Exercise *exercise, const char *name,
                         char path[PATH_ROOM])
{
    snprintf(path, PATH_ROOM, "%s/%s", workshop->folder, exercise->id);
    exit_if(folder_make(path));
    snprintf(path, PATH_ROOM, "%s/%s/%s", workshop->folder, exercise->id, name);
}

/* Whether a small program builds with these flags: not every compiler has them, or brings the libraries
 * they need. Asked once, and kept in the file `known`. */
static bool flags_work(const char *known, const char *flags)
{
    char *text;
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
    words_split(&words, flags);
    words_split(&words, LEARN_BUILD "/learn/try.c -o " LEARN_BUILD "/learn/try");
    Workshop usual = workshop_usual();
    bool yes = run(&usual, &words, &build);
    exit_if(text_write(known, yes ? "yes\n" : "no\n"));
    return yes;
}

static bool sanitizers_work(void)
{
    return flags_work(LEARN_BUILD "/learn/sanitizers", sanitizers);
}

/* What was never set must not be right by chance: the stack may still hold the last case's numbers. */
static const char pattern[] = "-ftrivial-auto-var-init=pattern";

/* ---- compile --------------------------------------------------------------------------------- */

/* A student's file is compiled with warnings and sanitizers, a blind check with sanitizers alone. */
typedef enum { PLAIN, BLIND, STRICT } How;

static bool compile(const Workshop *workshop, const Exercise *exercise, const char *source,
                    const char *object, How how, Build *build)
{
    Words words = {.count = 0};
    words_append(&words, workshop->compile);
    words_add(&words, compiler);
    words_split(&words, common);
    words_split(&words, how == STRICT ? warnings : "-w");
    words_split(&words, how == PLAIN ? "-O0" : how == BLIND ? "-O1 -DCHECK_BLIND" : "-O1");
    if (how != PLAIN && sanitizers_work())
        words_split(&words, sanitizers);
    if (flags_work(LEARN_BUILD "/learn/pattern", pattern))
        words_add(&words, pattern);
    char include[PATH_ROOM];
    snprintf(include, sizeof include, "-Iexercises/%s", exercise->chapter);
    words_add(&words, include);
    words_split(&words, "-c -o");
    words_add(&words, object);
    words_add(&words, source);
    return run(workshop, &words, build);
}

/* Whether `made` is newer than the check that it was made of, and the headers that a check may include. */
static bool check_is_older(const Exercise *exercise, const char *made)
{
    char headers_of[PATH_ROOM];
    snprintf(headers_of, sizeof headers_of, "exercises/%.200s/*.h", exercise->chapter);
    glob_t headers = {0};
    glob(headers_of, 0, NULL, &headers);
    bool older = file_newer(made, path_check(exercise)) && file_newer(made, "exercises/learn/check.h");
    for (size_t i = 0; i < headers.gl_pathc && older; i++)
        older = file_newer(made, headers.gl_pathv[i]);
    globfree(&headers);
    return older;
}

static bool check_object(const Exercise *exercise, char object[PATH_ROOM], Build *build)
{
    Workshop usual = workshop_usual();
    program_path(&usual, exercise, "check.o", object);
    return check_is_older(exercise, object) ||
           compile(&usual, exercise, path_check(exercise), object, PLAIN, build);
}

/* In a folder of its own, where a sandbox may look: everything else of an exercise knows answers. */
static bool blind_object(const Exercise *exercise, char object[PATH_ROOM], Build *build)
{
    Workshop usual = workshop_usual();
    char source[PATH_ROOM], folder[PATH_ROOM], *text;
    snprintf(folder, sizeof folder, LEARN_BUILD "/learn/blind/%s", exercise->chapter);
    snprintf(object, PATH_ROOM, "%.200s/%.80s.o", folder, exercise->name);
    if (check_is_older(exercise, object))
        return true;
    program_path(&usual, exercise, "check.blind.c", source);
    Error error = text_read(path_check(exercise), &text);
    char *blinded = error.failed ? NULL : check_blinded(text);
    if (!error.failed)
        error = text_write(source, blinded);
    if (!error.failed)
        error = folder_make(folder);
    free(text);
    free(blinded);
    if (error.failed)
        snprintf(build->text, sizeof build->text, "%s", error.text);
    return !error.failed && compile(&usual, exercise, source, object, BLIND, build);
}

static bool link_program(const Workshop *workshop, const char *object, const char *check, bool blind,
                         Build *build)
{
    Words words = {.count = 0};
    words_append(&words, workshop->link);
    words_add(&words, compiler);
    if (blind && sanitizers_work())
        words_split(&words, sanitizers);
    words_add(&words, object);
    words_add(&words, check);
    words_add(&words, harness(blind));
    words_add(&words, library());
    words_split(&words, "-lpthread -lm -o");
    words_add(&words, build->program);
    return run(workshop, &words, build);
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
    /* clang's name for what chooses between the forms of a static function has a point in it. */
    return strncmp(name, "__", 2) != 0 && strchr(name, '.') == NULL;
}

Error exports_read(const Words *tools, const char *object, char **names)
{
    static ChildProgram child;
    Words words = {.count = 0};
    words_append(&words, tools);
    words_split(&words, "nm -P -g");
    words_add(&words, object);
    Error error = child_run_words(&child, words.items, COMPILE_SECONDS, 0);
    words_free(&words);
    *names = NULL;
    if (error.failed || !child_succeeded(&child))
        return error_make("nm: expected to list the functions of %s, found: %.200s", object,
                          error.failed ? error.text : child.text);
    char *found[EXPORTS_MAX], name[EXPORT_ROOM];
    size_t count = 0;
    for (char *line = strtok(child.text, "\n"); line != NULL && count < EXPORTS_MAX;
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
static bool names_agree(const Workshop *workshop, const char *source, const char *object,
                        const char *starter, Build *build)
{
    char *yours = NULL, *wanted, line[EXPORT_ROOM];
    Error error = exports_read(NULL, starter, &wanted);
    build->state = error.failed ? NO_TOOLS : WRONG_NAMES; /* until it is seen to be right */
    if (!error.failed)
        error = exports_read(workshop->link, object, &yours);
    if (error.failed) {
        snprintf(build->sentence, sizeof build->sentence, "%s", error.text);
        free(wanted);
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
    if (name == NULL)
        build->state = BUILT;
    free(yours);
    free(wanted);
    return name == NULL;
}

/* ---- programs -------------------------------------------------------------------------------- */

/* A sentence that is there already says more. */
static void fail(Build *build, BuildState state, const char *sentence)
{
    build->state = state;
    if (build->sentence[0] == '\0')
        snprintf(build->sentence, sizeof build->sentence, "%s", sentence);
}

/* The starter's object, without sanitizers. */
static bool starter_object(const Exercise *exercise, char object[PATH_ROOM], Build *build)
{
    Workshop usual = workshop_usual();
    program_path(&usual, exercise, "starter.o", object);
    return file_newer(object, path_starter(exercise)) ||
           compile(&usual, exercise, path_starter(exercise), object, PLAIN, build);
}

static const char course_fault[] = "The exercise's own files do not compile: that is the course's fault.";

void build_referee(const Exercise *exercise, Build *build)
{
    char object[PATH_ROOM], check[PATH_ROOM];
    *build = (Build){.state = BUILT};
    Workshop usual = workshop_usual();
    program_path(&usual, exercise, "referee", build->program);
    if (!file_exists(library()) || !file_exists(harness(false)))
        fail(build, NO_TOOLS, "The library is not built yet: type make.");
    else if (!starter_object(exercise, object, build) || !check_object(exercise, check, build))
        fail(build, NO_TOOLS, course_fault);
    else if (file_newer(build->program, object) && file_newer(build->program, check) &&
             file_newer(build->program, library()) && file_newer(build->program, harness(false)))
        return;
    else if (!link_program(&usual, object, check, false, build))
        fail(build, NO_TOOLS, "The exercise's own files do not link: that is the course's fault.");
}

void build_shared(const Exercise *exercise, Build *build)
{
    char check[PATH_ROOM];
    build_referee(exercise, build);
    if (build->state == BUILT && !blind_object(exercise, check, build))
        fail(build, NO_TOOLS, course_fault);
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
    if (!starter_object(exercise, starter, build) || !blind_object(exercise, check, build)) {
        fail(build, NO_TOOLS, course_fault);
        return;
    }
    build->seconds = 0;
    if (!compile(workshop, exercise, source, object, STRICT, build)) {
        fail(build, NOT_COMPILING, "The compiler stopped: mend its first error, the others may follow "
                                   "from it.");
        return;
    }
    if (!names_agree(workshop, source, object, starter, build))
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
    if (file_newer(build->program, path_solution(exercise)) && file_newer(build->program, path_text(exercise)) &&
        check_is_older(exercise, build->program) && file_newer(build->program, library()) &&
        file_newer(build->program, harness(false)))
        return;
    Error error = slip_text(exercise, slip, &text);
    if (!error.failed)
        error = text_write(source, text);
    free(text);
    if (error.failed)
        fail(build, NO_TOOLS, error.text);
    else if (!compile(&usual, exercise, source, object, PLAIN, build) ||
             !check_object(exercise, check, build) ||
             !link_program(&usual, object, check, false, build))
        fail(build, NO_TOOLS, "The seeded bug does not build.");
    if (course_is_sealed())
        remove(source); /* a slip is an answer but for a line */
}
