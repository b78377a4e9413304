/* plot: `./learn plot`. A figure is a table in build/plots/ and a script of plots/ that draws it;
 * the table is written by the chapter's training program. This file finds the three, has make run
 * the program where the table is missing, and draws by lib/show/figure.c. What a figure shows
 * stands in the first sentence of its script. */
#include "plot.h"

#include "scratch.h"
#include "show/show.h"
#include "terminal.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *name, *says;
    const char *chapter; /* the folder's name */
} Figure;

typedef struct {
    Figure *figures;
    size_t count;
} Figures;

/* ---- which there are --------------------------------------------------------------------- */

/* The last part of a path without its ending. */
static const char *bare_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *end = strrchr(name, '.');
    return scratch_format("%.*s", end != NULL ? (int)(end - name) : (int)strlen(name), name);
}

/* The first sentence behind "NAME: " of the comment that a script opens with. */
static const char *script_says(const char *path)
{
    char line[300];
    const char *all = "";
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL && *line == '#') {
        const char *text = line + 1 + strspn(line + 1, " ");
        all = scratch_format("%s%s%.*s", all, *all != '\0' ? " " : "", (int)strcspn(text, "\n"),
                             text);
    }
    if (file != NULL)
        fclose(file);
    const char *begin = strstr(all, ": "), *end = NULL;
    begin = begin != NULL ? begin + 2 : all;
    for (end = begin; *end != '\0' && !(end[0] == '.' && (end[1] == ' ' || end[1] == '\0')); end++)
        continue;
    return scratch_format("%.*s", (int)(end - begin), begin);
}

/* The chapter whose name a figure's name begins with; NULL for those of benchmarks and the like. */
static const char *chapter_of(const char *name, const glob_t *chapters)
{
    for (size_t i = 0; i < chapters->gl_pathc; i++) {
        const char *chapter = strrchr(chapters->gl_pathv[i], '/') + 1;
        size_t length = strlen(chapter);
        if (strncmp(name, chapter, length) == 0 && (name[length] == '\0' || name[length] == '-'))
            return scratch_format("%s", chapter);
    }
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    const Figure *first = a, *second = b;
    return strcmp(first->name, second->name);
}

/* Every script that belongs to a chapter, and every chapter that trains and has no script of its
 * own: what it logs is drawn by one of the general ones. In order of names. */
static Figures figures_find(void)
{
    glob_t chapters = {0}, scripts = {0}, programs = {0};
    glob("chapters/[0-9][0-9]-*", 0, NULL, &chapters);
    glob("plots/[0-9]*.gp", 0, NULL, &scripts);
    glob("chapters/[0-9]*/train.c", 0, NULL, &programs);
    Figures all = {scratch_alloc((scripts.gl_pathc + programs.gl_pathc) * sizeof(Figure)), 0};
    for (size_t i = 0; i < scripts.gl_pathc; i++) {
        const char *name = bare_name(scripts.gl_pathv[i]), *chapter = chapter_of(name, &chapters);
        if (chapter != NULL)
            all.figures[all.count++] = (Figure){name, script_says(scripts.gl_pathv[i]), chapter};
    }
    for (size_t i = 0; i < programs.gl_pathc; i++) {
        const char *path = programs.gl_pathv[i] + strlen("chapters/");
        const char *name = scratch_format("%.*s", (int)strcspn(path, "/"), path);
        if (access(scratch_format("plots/%s.gp", name), R_OK) != 0)
            all.figures[all.count++] = (Figure){name, "the log of this chapter's training", name};
    }
    qsort(all.figures, all.count, sizeof(Figure), by_name);
    globfree(&chapters);
    globfree(&scripts);
    globfree(&programs);
    return all;
}

/* ---- the list ---------------------------------------------------------------------------- */

/* "01-derivatives" as its lesson is headed: "01 Derivatives". */
static const char *chapter_title(const char *chapter)
{
    char line[200] = "";
    FILE *file = fopen(scratch_format("chapters/%s/README.md", chapter), "r");
    bool there = file != NULL && fgets(line, sizeof line, file) != NULL &&
                 strncmp(line, "# ", 2) == 0;
    if (file != NULL)
        fclose(file);
    return there ? scratch_format("%.*s", (int)strcspn(line + 2, "\n"), line + 2) : chapter;
}

/* Those whose name has `part` in it, under their chapters' titles. */
static void figures_list(const Figures *all, const char *part)
{
    const char *chapter = "";
    for (size_t i = 0; i < all->count; i++) {
        const Figure *figure = &all->figures[i];
        if (strstr(figure->name, part) == NULL)
            continue;
        if (strcmp(figure->chapter, chapter) != 0)
            printf("%s%s\n", *chapter != '\0' ? "\n" : "",
                   style(STYLE_TITLE, chapter_title(figure->chapter)));
        chapter = figure->chapter;
        printf("  %s\n", style(STYLE_CODE, figure->name));
        screen_print(figure->says, 6);
    }
}

/* ---- drawing ----------------------------------------------------------------------------- */
static bool is_there(const char *path)
{
    return access(path, R_OK) == 0;
}

static bool make_knows(const char *target)
{
    return system(scratch_format("make -n %s > /dev/null 2>&1", target)) == 0;
}

/* Has the table written, if it is not there: by a program of its own, or else by the chapter's main
 * one, which writes several. */
static Error table_ensure(const Figure *figure, const char *tsv)
{
    if (is_there(tsv))
        return no_error();
    const char *first = scratch_format("build/plots/%s.tsv", figure->chapter);
    const char *target = make_knows(tsv) ? tsv : first;
    screen_print(scratch_format("Its numbers are not there yet: a program of chapter %.2s runs "
                                "first, by make %s.", figure->chapter, target), 0);
    fflush(stdout);
    unlink(target); /* the chapter's own table may be there and this one not: make runs it anew */
    /* Whether the table is there afterwards says more than the status of a pipe. What is compiled
     * on the way is not what was asked for. */
    bool began = system(scratch_format("make -s %s 2>&1 | grep -v '^  cc '", target)) >= 0;
    if (began && is_there(tsv))
        return no_error();
    return error_make("%s has not come of it; make %s should say why", tsv, target);
}

/* The script: the figure's own, or the general one that its table calls for. */
static Error script_find(const Figure *figure, const char **script)
{
    char name[200] = "";
    *script = scratch_format("%s.gp", figure->name);
    if (is_there(scratch_format("plots/%s", *script)))
        return no_error();
    FILE *asked = popen(scratch_format("sh plots/draw.sh --script %s", figure->name), "r");
    bool answered = asked != NULL && fgets(name, sizeof name, asked) != NULL;
    if (asked != NULL)
        pclose(asked);
    if (!answered)
        return error_make("plots/draw.sh knows no script for build/plots/%s.tsv", figure->name);
    *script = scratch_format("%s.gp",
                             bare_name(scratch_format("%.*s", (int)strcspn(name, "\n"), name)));
    return no_error();
}

static int figure_show(const Figure *figure)
{
    const char *tsv = scratch_format("build/plots/%s.tsv", figure->name), *script;
    const char *svg = scratch_format("build/plots/%s.svg", figure->name);
    Error error = table_ensure(figure, tsv);
    if (!error.failed)
        error = script_find(figure, &script);
    if (!error.failed)
        error = figure_draw(script, tsv, NULL);
    if (!error.failed)
        error = figure_draw(script, tsv, svg);
    if (error.failed)
        return screen_complain(&error);
    printf("\n");
    screen_print(figure->says, 0);
    screen_print(scratch_format("picture: %s\nlesson:  ./learn read %.2s", svg, figure->chapter),
                 0);
    return 0;
}

/* ---- the command ------------------------------------------------------------------------- */

/* The figure called so, else the only one with this in its name; NULL for none or several. */
static const Figure *figure_find(const Figures *all, const char *name, size_t *fitting)
{
    const Figure *found = NULL;
    *fitting = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->figures[i].name, name) == 0)
            return &all->figures[i];
        if (strstr(all->figures[i].name, name) != NULL) {
            found = &all->figures[i];
            ++*fitting;
        }
    }
    return *fitting == 1 ? found : NULL;
}

static int figure_named(const Figures *all, const char *name)
{
    size_t fitting;
    const Figure *figure = figure_find(all, name, &fitting);
    if (figure == NULL) {
        Error error = error_make("no figure is called \"%s\"; ./learn plot lists them", name);
        if (fitting > 0)
            error = error_make("expected one figure's name; %zu have \"%s\" in theirs:", fitting,
                               name);
        screen_complain(&error);
        if (fitting > 0)
            figures_list(all, name);
        return 2;
    }
    if (!figure_available()) {
        Error error = error_make("figures need gnuplot, all else works without it: "
                                 "sh setup.sh start installs it, or says how");
        return screen_complain(&error);
    }
    return figure_show(figure);
}

int plot_command(int argc, char **argv)
{
    ArenaMark mark = scratch_mark();
    Figures all = figures_find();
    int status = 0;
    if (argc == 0) {
        figures_list(&all, "");
        printf("\n");
        screen_print("./learn plot NAME draws one here, and into build/plots/. "
                     "A part of a name will do.", 0);
    } else
        status = figure_named(&all, argv[0]);
    scratch_release(mark);
    return status;
}
