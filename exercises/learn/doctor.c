/* doctor: `./learn doctor`. Whether a tool works is found by trying it, and setup.sh does that,
 * because it also knows what the packages are called: its `doctor` prints a verdict for each. Here
 * they are put into words, with what each is for, and what concerns this terminal and this folder
 * is added. */
#include "doctor.h"

#include "scratch.h"
#include "show/show.h"
#include "terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- asking ------------------------------------------------------------------------------ */

/* The first line that a shell's command prints; empty if it prints none. */
static const char *answer_of(const char *command)
{
    char line[400] = "";
    FILE *asked = popen(command, "r");
    if (asked == NULL)
        return "";
    if (fgets(line, sizeof line, asked) == NULL)
        line[0] = '\0';
    pclose(asked);
    return scratch_format("%.*s", (int)strcspn(line, "\n"), line);
}

typedef struct {
    const char *lines; /* "NEED works" and the like, each ended by a newline */
    const char *mend;  /* the line to type; empty when nothing is missing */
} Findings;

static Findings findings_ask(void)
{
    Findings findings = {"", ""};
    char line[1000];
    FILE *setup = popen("sh setup.sh doctor 2> /dev/null < /dev/null", "r");
    while (setup != NULL && fgets(line, sizeof line, setup) != NULL) {
        const char *verdict = strchr(line, ' ');
        bool found = verdict != NULL &&
                     (strcmp(verdict, " works\n") == 0 || strcmp(verdict, " missing\n") == 0 ||
                      strcmp(verdict, " blocked\n") == 0);
        if (found)
            findings.lines = scratch_format("%s%s", findings.lines, line);
        else
            findings.mend = scratch_format("%.*s", (int)strcspn(line, "\n"), line);
    }
    if (setup != NULL)
        pclose(setup);
    return findings;
}

static bool finding_is(const Findings *findings, const char *need, const char *verdict)
{
    const char *found = strstr(findings->lines, scratch_format("%s %s\n", need, verdict));
    return found != NULL && (found == findings->lines || found[-1] == '\n');
}

/* ---- saying ------------------------------------------------------------------------------ */
static void say(const char *what, Style verdict_style, const char *verdict, const char *more)
{
    enum { NAME = 15, VERDICT = 9 };
    const char *words = scratch_format("%-*s", VERDICT, verdict);
    int width = screen_width() - NAME - VERDICT - 2, column = NAME + VERDICT + 2;
    printf("  %-*s%s%s%s", NAME, what, style_on(verdict_style), words, style_off());
    /* What goes on stands below its beginning. */
    for (bool first = true; *more != '\0'; first = false) {
        size_t size = strlen(more), end = size;
        while (end > 0 && text_width_of(more, end) > width - 1)
            for (end--; end > 0 && more[end] != ' ';)
                end--;
        end = end > 0 ? end : size;
        printf("%*s%.*s\n", first ? 0 : column, "", (int)end, more);
        more += end + (more[end] == ' ');
    }
}

/* One need: its version where it works, or what is lost without it. Returns whether it works. */
static bool say_need(const Findings *findings, const char *what, const char *need,
                     const char *works, const char *lost)
{
    bool fine = finding_is(findings, need, "works");
    say(what, fine ? STYLE_OK : STYLE_BAD, fine ? "works" : "missing", fine ? works : lost);
    return fine;
}

static bool say_compiler(const Findings *findings)
{
    const char *version = answer_of("${CC:-cc} --version 2> /dev/null");
    bool compiler = say_need(findings, "C compiler", "compiler", version,
                             "nothing can be built without it");
    bool sanitizers = say_need(findings, "sanitizers", "sanitizers",
                               "address and undefined behaviour",
                               "exercises are run with them, so that a crash can say where");
    return compiler && sanitizers;
}

/* Both kinds of drawing: in the terminal, and for a browser. */
static bool say_gnuplot(const Findings *findings)
{
    const char *kinds = answer_of(
        "gnuplot -d -e 'set print \"-\"; print GPVAL_TERMINALS' 2> /dev/null < /dev/null");
    const char *version = answer_of("gnuplot --version 2> /dev/null < /dev/null");
    bool svg = strstr(kinds, " svg ") != NULL;
    const char *draws = scratch_format("%s; draws in the terminal%s", version,
                                       svg ? " and SVG files" : ", but no SVG files");
    return say_need(findings, "gnuplot", "gnuplot", draws,
                    "the figures cannot be drawn; everything else works without it") && svg;
}

static void say_bubblewrap(const Findings *findings)
{
    static const char what[] = "bubblewrap";
    if (finding_is(findings, "bubblewrap", "works"))
        say(what, STYLE_OK, "works", "./learn grade holds submissions in it");
    else if (finding_is(findings, "bubblewrap", "blocked"))
        say(what, STYLE_NOTE, "blocked",
            "it is installed, but this system does not let it make namespaces; only "
            "./learn grade, which is for teachers, asks for it");
    else
        say(what, STYLE_NOTE, "missing",
            "only ./learn grade, which is for teachers, asks for it; "
            "sh setup.sh grade installs it, or says how");
}

/* Tries a file in work/, or where work/ will be made. */
static bool say_folder(void)
{
    static const char name[] = ".learn-doctor";
    const char *folder = access("work", F_OK) == 0 ? "work" : ".";
    const char *path = scratch_format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    int problem = errno;
    bool written = file != NULL && fputs("a line\n", file) >= 0;
    written = file != NULL && fclose(file) == 0 && written;
    unlink(path);
    const char *what = strcmp(folder, ".") == 0 ? "this folder" : "work/";
    if (written)
        say(what, STYLE_OK, "works", "files can be written there");
    else
        say(what, STYLE_BAD, "locked",
            scratch_format("a file cannot be written there: %s",
                           file == NULL ? strerror(problem) : "is the disk full?"));
    return written;
}

static void say_terminal(void)
{
    const char *size = scratch_format("%d columns; text is laid out for %d",
                                      terminal_columns(stdout), screen_width());
    if (screen_has_unicode())
        say("formulas", STYLE_OK, "Unicode", "the locale is UTF-8");
    else
        say("formulas", STYLE_NOTE, "ASCII",
            "the locale is not UTF-8; where the terminal is, "
            "export LC_ALL=C.UTF-8 gives them their signs");
    say("terminal", STYLE_PLAIN, screen_has_colour() ? "colour" : "plain",
        screen_is_terminal() ? size : "what is printed goes to a file or another program");
    if (*answer_of("command -v \"${PAGER:-less}\" 2> /dev/null") == '\0')
        say("pager", STYLE_NOTE, "missing",
            "lessons scroll by in one go; less would show them page by page");
}

/* ---- the command ------------------------------------------------------------------------- */
int doctor_command(int argc, char **argv)
{
    if (argc > 0) {
        Error error = error_make("./learn doctor takes no arguments, found \"%s\"", argv[0]);
        return screen_complain(&error);
    }
    ArenaMark mark = scratch_mark();
    printf("What the course uses\n\n");
    fflush(stdout); /* trying takes a second or two */
    Findings findings = findings_ask();
    bool fine = say_compiler(&findings);
    fine &= say_need(&findings, "make", "make", answer_of("make --version 2> /dev/null"),
                     "it runs every command here");
    fine &= say_gnuplot(&findings);
    fine &= say_folder();
    say_need(&findings, "cJSON", "cjson", "from chapter 16 on",
             "chapters from 16 on read GPT-2's files with it");
    say_need(&findings, "PCRE2", "pcre2", "from chapter 16 on",
             "chapters from 16 on split text with it");
    say_bubblewrap(&findings);
    say_terminal();
    printf("\n%s\n", fine ? "All that chapters 00 to 15 use is there."
                          : style(STYLE_BAD, "Something that chapters 00 to 15 use is missing."));
    if (*findings.mend != '\0')
        printf("This line installs what is missing:\n\n    %s\n", findings.mend);
    scratch_release(mark);
    return fine ? 0 : 1;
}
