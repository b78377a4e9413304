/* steps: beginning, being helped, comparing, beginning again: start, hint, diff, reset, break. */
#include "commands.h"

#include "child.h"
#include "read.h"
#include "report.h"
#include "sheet.h"
#include "terminal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- start ----------------------------------------------------------------------------------- */

/* Runs a program in the foreground, with the terminal that we have. */
static int foreground(char *const *words)
{
    fflush(stdout);
    pid_t id = fork();
    if (id == 0) {
        execvp(words[0], words);
        perror(words[0]);
        _exit(127);
    }
    int status = 127 << 8;
    if (id > 0)
        waitpid(id, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void task_print(const Exercise *exercise)
{
    printf("%s: %s (about %d minutes)\n\n", exercise->id, exercise->title, exercise->minutes);
    screen_print(exercise->task, 2);
    const char *heading = strchr(exercise->lesson, '#');
    printf("\n  lesson   ./learn read %.2s%s\n", exercise->lesson, heading == NULL ? "" : heading);
    printf("  yours    %s\n", path_work(exercise));
    printf("  then     ./learn %s %s\n", exercise->paper ? "paper" : "check", exercise->call);
}

/* The file that a student begins with: the starter, or for paper the questions with room for answers. */
static Error work_make(const Exercise *exercise)
{
    char *text;
    Error error = exercise->paper ? sheet_make(path_text(exercise), &text)
                                  : text_read(path_starter(exercise), &text);
    if (!error.failed)
        error = text_write(path_work(exercise), text);
    free(text);
    return error;
}

static void editor_open(const char *path)
{
    const char *editor = getenv("EDITOR");
    if (editor == NULL || *editor == '\0' || !screen_is_terminal())
        return;
    char *command = text_format("%s \"$1\"", editor);
    char *const words[] = {"sh", "-c", command, "sh", (char *)(uintptr_t)path, NULL};
    foreground(words);
    free(command);
}

int start_command(Desk *desk, int argc, char **argv)
{
    const Exercise *exercise = exercise_named(desk, argc, argv);
    if (exercise == NULL) {
        printf("Every exercise is passed.\n");
        return 0;
    }
    if (!file_exists(path_work(exercise)))
        exit_if(work_make(exercise));
    task_print(exercise);
    editor_open(path_work(exercise));
    return 0;
}

/* ---- hint ------------------------------------------------------------------------------------ */

int hint_command(Desk *desk, int argc, char **argv)
{
    const Exercise *exercise = exercise_named(desk, argc, argv);
    if (exercise == NULL)
        exit_with("hint: every exercise is passed");
    Record *record = record_of(&desk->standings, exercise);
    if (record->hints < HINTS)
        record->hints++;
    int seen = record->hints;
    desk_save(desk);
    printf("%s, hint %d of %d\n\n", exercise->id, seen, HINTS);
    screen_print(exercise->hints[seen - 1], 2);
    if (seen == HINTS && file_exists(path_solution(exercise)))
        printf("\nThat was the last one. ./learn diff %s --give-up shows a worked answer.\n",
               exercise->call);
    return 0;
}

/* ---- diff ------------------------------------------------------------------------------------ */

static bool flag_take(int *argc, char **argv, const char *flag)
{
    int kept = 0;
    bool found = false;
    for (int i = 0; i < *argc; i++) {
        bool is = strcmp(argv[i], flag) == 0;
        found = found || is;
        if (!is)
            argv[kept++] = argv[i];
    }
    *argc = kept;
    return found;
}

static void solution_print(const Exercise *exercise)
{
    char *text;
    exit_if(text_read(path_solution(exercise), &text));
    if (exercise->paper)
        markdown_write(stdout, text, "solutions", (PageLook){.width = screen_width(),
                                                             .colour = screen_has_colour(),
                                                             .unicode = screen_has_unicode()});
    else
        fputs(text, stdout);
    free(text);
}

int diff_command(Desk *desk, int argc, char **argv)
{
    bool give_up = flag_take(&argc, argv, "--give-up");
    if (argc == 0)
        exit_with("diff: expected an exercise, found nothing");
    const Exercise *exercise = exercise_named(desk, argc, argv);
    Record *record = record_of(&desk->standings, exercise);
    if (record->passed == 0 && !record->given_up && !give_up)
        exit_with("diff: %s has not passed yet; --give-up shows the worked answer all the same",
                  exercise->id);
    if (!file_exists(path_solution(exercise)))
        exit_with("diff: %s is not here: this copy of the course came without answers",
                  path_solution(exercise));
    if (give_up && record->passed == 0) {
        record->given_up = true;
        desk_save(desk);
    }
    if (exercise->paper || !file_exists(path_work(exercise))) {
        solution_print(exercise);
        return 0;
    }
    char *const words[] = {"diff", "-u", (char *)(uintptr_t)path_work(exercise),
                           (char *)(uintptr_t)path_solution(exercise), NULL};
    int differs = foreground(words);
    if (differs == 0)
        printf("yours is the worked answer, to the last byte\n");
    return differs > 1;
}

/* ---- reset ----------------------------------------------------------------------------------- */

int reset_command(Desk *desk, int argc, char **argv)
{
    if (argc == 0)
        exit_with("reset: expected an exercise, found nothing");
    const Exercise *exercise = exercise_named(desk, argc, argv);
    const char *work = path_work(exercise);
    if (file_exists(work)) {
        char backup[PATH_ROOM + 40], stamp[32];
        time_t now = time(NULL);
        strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", localtime(&now));
        snprintf(backup, sizeof backup, "%s.%s", work, stamp);
        for (int k = 2; file_exists(backup); k++) /* two in one second: neither is lost */
            snprintf(backup, sizeof backup, "%s.%s-%d", work, stamp, k);
        if (rename(work, backup) != 0)
            exit_with("reset: %s could not be renamed to %s", work, backup);
        printf("yours is kept as %s\n", backup);
    }
    exit_if(work_make(exercise));
    Record *record = record_of(&desk->standings, exercise);
    record->passed = 0;
    record->hints = 0;
    desk_save(desk);
    printf("%s is as in the beginning\n", work);
    return 0;
}

/* ---- break ----------------------------------------------------------------------------------- */

/* The program of a chapter's pitfalls, if it has one. */
static bool pitfalls_path(const char *chapter, char path[PATH_ROOM])
{
    snprintf(path, PATH_ROOM, LEARN_BUILD "/double/programs/%.79s/pitfalls", chapter);
    return access(path, X_OK) == 0;
}

/* Whether a chapter's program lists the name; with none, prints its list. */
static bool pitfalls_list(const char *program, const char *name)
{
    static ChildProgram child;
    char *const words[] = {(char *)(uintptr_t)program, NULL};
    exit_if(child_run_words(&child, words, 10, 0));
    if (name == NULL) {
        fputs(child.text, stdout);
        return false;
    }
    size_t length = strlen(name);
    for (const char *at = child.text; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, name, length) == 0 && at[length] == ' ')
            return true;
    }
    return false;
}

static int names_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

int break_command(Desk *desk, int argc, char **argv)
{
    enum { CHAPTERS = 60 };
    static char chapters[CHAPTERS][ID_ROOM];
    int count = 0;
    (void)desk;
    if (argc > 1)
        exit_with("break: expected one name, found also \"%s\"", argv[1]);
    DIR *folder = opendir("chapters");
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && count < CHAPTERS)
            snprintf(chapters[count++], ID_ROOM, "%.*s", ID_ROOM - 1, entry->d_name);
    if (folder != NULL)
        closedir(folder);
    qsort(chapters, (size_t)count, ID_ROOM, names_compare);
    for (int i = 0; i < count; i++) {
        char path[PATH_ROOM];
        if (!pitfalls_path(chapters[i], path))
            continue;
        if (argc == 0)
            printf("%s\n", chapters[i]);
        if (pitfalls_list(path, argc == 0 ? NULL : argv[0])) {
            char source[PATH_ROOM];
            snprintf(source, sizeof source, "chapters/%.79s/pitfalls.c", chapters[i]);
            if (file_newer(source, path))
                printf("(%s is newer than what was built from it: type make)\n\n", source);
            char *const words[] = {path, argv[0], NULL};
            return foreground(words);
        }
    }
    if (argc == 1)
        exit_with("break: expected the name of a well-known mistake (./learn break lists them), found "
                  "\"%s\"", argv[0]);
    return 0;
}
