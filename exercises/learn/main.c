/* learn: the course in a terminal. One table of commands; what each does stands in its own file. */
#include "commands.h"

#include "doctor.h"
#include "plot.h"
#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *name, *words, *says;
    int (*run)(Desk *desk, int argc, char **argv);
} Command;

static int help_command(Desk *desk, int argc, char **argv);

static int read_lesson(Desk *desk, int argc, char **argv)
{
    (void)desk;
    return read_command(argc, argv);
}

static int plot_figure(Desk *desk, int argc, char **argv)
{
    (void)desk;
    return plot_command(argc, argv);
}

static int ask_doctor(Desk *desk, int argc, char **argv)
{
    (void)desk;
    return doctor_command(argc, argv);
}

static const Command commands[] = {
    {"read", "NN [HEADING]", "a lesson, in this terminal", read_lesson},
    {"start", "[ID]", "your copy in work/, opened where $EDITOR says", start_command},
    {"check", "[ID]", "judge one exercise, a chapter, or the one in hand", check_command},
    {"paper", "[ID] [NAME=...]", "judge a pen-and-paper answer", paper_command_run},
    {"watch", "[ID]", "check again at every save", watch_command},
    {"list", "[NN]", "chapters, what is done, time left, where you are", list_command},
    {"hint", "[ID]", "one more hint, of four", hint_command},
    {"diff", "ID", "yours beside a worked answer [--give-up]", diff_command},
    {"reset", "ID", "begin again; yours is kept beside it", reset_command},
    {"break", "[NAME]", "a well-known mistake beside the right thing", break_command},
    {"plot", "[NAME]", "draw a figure here, and into build/plots/", plot_figure},
    {"doctor", "", "what is installed, and the one command that mends", ask_doctor},
    {"mine", "[solutions]", "the gates and a GPT-2 on your own code", mine_command},
    {"grade", "DIR", "a class: every submission judged apart", grade_command},
    {"seal", "DIR", "for teachers: a copy without answers", seal_command},
    {"audit", "[ID]", "for authors: does every exercise hold?", audit_command},
    {"help", "", "this list", help_command},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int help_command(Desk *desk, int argc, char **argv)
{
    (void)desk;
    (void)argc;
    (void)argv;
    printf("./learn                      the next step\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        char left[40];
        snprintf(left, sizeof left, "./learn %s %s", commands[i].name, commands[i].words);
        printf("%-28s %s\n", left, commands[i].says);
    }
    printf("\nID is an exercise such as 02-value/mul; mul alone where only one is called so.\n");
    return 0;
}

/* The course's folder: this one, or one above it, so that ./learn can be called from work/ too. */
static void folder_find(void)
{
    char here[4096];
    if (getcwd(here, sizeof here) == NULL)
        exit_with("the current folder cannot be found");
    while (access("exercises/learn/check.h", R_OK) != 0)
        if (strcmp(here, "/") == 0 || chdir("..") != 0 || getcwd(here, sizeof here) == NULL ||
            strcmp(here, "/") == 0)
            exit_with("expected to be called in the course's folder or below it, found no "
                      "exercises/learn there");
}

/* Student code runs under these: no leak reports, since arenas keep their memory; a stack where it
 * stopped; one thread, so that a crash is one. */
static void environment_set(void)
{
    setenv("ASAN_OPTIONS", "detect_leaks=0:handle_abort=1:max_allocation_size_mb=1024:color=never", 1);
    setenv("UBSAN_OPTIONS", "print_stacktrace=1:color=never", 1);
    setenv("WENGERT_THREADS", "1", 1);
}

static int command_run(Desk *desk, int argc, char **argv)
{
    if (argc < 2)
        return next_command(desk, 0, argv);
    const char *name = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ? "help" : argv[1];
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(desk, argc - 2, argv + 2);
    exit_with("expected a command (./learn help lists them), found \"%s\"", argv[1]);
}

int main(int argc, char **argv)
{
    Desk desk;
    folder_find();
    environment_set();
    exit_if(course_read(&desk.course));
    exit_if(standings_read(&desk.standings));
    int status = command_run(&desk, argc, argv);
    course_free(&desk.course);
    standings_free(&desk.standings);
    /* Whoever reads may have seen enough: ./learn list | head is no failure. */
    if (fflush(stdout) == 0 || errno != EPIPE)
        exit_if_unwritten();
    return status;
}
