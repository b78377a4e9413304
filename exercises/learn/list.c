/* list: the chapters, what is done, the time that is left, and where one is; and the first screen. */
#include "commands.h"

#include "report.h"

#include <stdlib.h>
#include <string.h>

/* ---- counting -------------------------------------------------------------------------------- */

typedef struct {
    int count, passed, changed, minutes_left;
} Tally;

static void tally_add(Tally *tally, Desk *desk, const Exercise *exercise)
{
    Standing standing = standing_of(&desk->standings, exercise);
    tally->count++;
    tally->passed += standing == PASSED;
    tally->changed += standing == CHANGED;
    tally->minutes_left += standing == PASSED ? 0 : exercise->minutes;
}

static const char *time_text(int minutes)
{
    static char text[48];
    if (minutes == 0)
        return "done";
    if (minutes < 60)
        snprintf(text, sizeof text, "%d min of exercises left", minutes);
    else
        snprintf(text, sizeof text, "%d h %02d min of exercises left", minutes / 60, minutes % 60);
    return text;
}

/* The library files that exercises replace, and how many of them the student has written. */
static void engine_print(Desk *desk)
{
    int files = 0, yours = 0;
    for (int i = 0; i < desk->course.count; i++) {
        const Exercise *exercise = &desk->course.items[i];
        if (exercise->file == NULL)
            continue;
        files++;
        yours += standing_of(&desk->standings, exercise) == PASSED;
    }
    printf("Of the engine, %d of %d files that exercises build are your own code (make mine).\n", yours,
           files);
}

/* ---- list ------------------------------------------------------------------------------------ */

static const char *standing_words(Desk *desk, const Exercise *exercise)
{
    static const char *const words[] = {"not started", "started", "changed since it passed", "passed"};
    Standing standing = standing_of(&desk->standings, exercise);
    const Record *record = record_of(&desk->standings, exercise);
    if (standing == STARTED && record->given_up)
        return "given up";
    return words[standing];
}

static void chapter_print(Desk *desk, int begin, int end, bool open, const Exercise *here)
{
    Tally tally = {0};
    for (int i = begin; i < end; i++)
        tally_add(&tally, desk, &desk->course.items[i]);
    printf("%-22s %2d of %2d passed   %s\n", desk->course.items[begin].chapter, tally.passed,
           tally.count, time_text(tally.minutes_left));
    for (int i = begin; i < end && open; i++) {
        const Exercise *exercise = &desk->course.items[i];
        const char *standing = standing_words(desk, exercise);
        printf(" %s %-19s %-5s %3d min  %-11s", exercise == here ? "->" : "  ", exercise->name,
               exercise->paper ? "paper" : "code", exercise->minutes, standing);
        int room = 80 - 39 - (strlen(standing) < 11 ? 11 : (int)strlen(standing)) - 2;
        bool fits = (int)strlen(exercise->title) <= room;
        printf("  %.*s%s\n", fits ? room : room - 3, exercise->title, fits ? "" : "...");
    }
}

/* All chapters in a line each, with the exercises of the one in hand; or those of one chapter. */
int list_command(Desk *desk, int argc, char **argv)
{
    const Exercise *here = exercise_next(desk);
    if (argc > 1)
        exit_with("list: expected at most one chapter, found also \"%s\"", argv[1]);
    const char *wanted = argc == 1 ? argv[0] : here == NULL ? "" : here->chapter;
    Tally all = {0};
    int shown = 0;
    for (int begin = 0, end; begin < desk->course.count; begin = end) {
        const Exercise *first = &desk->course.items[begin];
        for (end = begin; end < desk->course.count &&
                          strcmp(desk->course.items[end].chapter, first->chapter) == 0;
             end++)
            tally_add(&all, desk, &desk->course.items[end]);
        bool open = chapter_matches(first, wanted);
        shown += open;
        if (argc == 0 || open)
            chapter_print(desk, begin, end, open, here);
    }
    if (argc == 1 && shown == 0)
        exit_with("list: expected a chapter with exercises, such as 02, found \"%s\"", argv[0]);
    printf("\n%d of %d passed, %s", all.passed, all.count, time_text(all.minutes_left));
    if (all.changed > 0)
        printf("; %d changed since they passed", all.changed);
    if (argc == 0)
        printf("; ./learn list 02 shows a chapter");
    putchar('\n');
    engine_print(desk);
    return 0;
}

/* ---- the first screen ------------------------------------------------------------------------ */

/* "  ./learn COMMAND   what it does": the second column begins behind the longest command. */
static void command_print(int width, const char *command, const char *what)
{
    printf("  ./learn %-*s %s\n", width, command, what);
}

int next_command(Desk *desk, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const Exercise *exercise = exercise_next(desk);
    Tally all = {0};
    for (int i = 0; i < desk->course.count; i++)
        tally_add(&all, desk, &desk->course.items[i]);
    printf("Wengert: how a GPT-2 learns, from one derivative to a model that writes.\n\n");
    printf("%d of %d exercises passed, %s.\n", all.passed, all.count, time_text(all.minutes_left));
    if (exercise == NULL) {
        printf("\nEvery exercise is passed. make mine trains a GPT-2 on your own code.\n");
        return 0;
    }
    Standing standing = standing_of(&desk->standings, exercise);
    printf("\nYour next step: %s, %s (about %d minutes)\n\n", exercise->id, exercise->title,
           exercise->minutes);
    char *begin = text_format("start %s", exercise->call);
    int width = (int)strlen(begin) > 18 ? (int)strlen(begin) : 18;
    if (standing == NOT_STARTED) {
        char *lesson = text_format("read %.2s", exercise->chapter);
        command_print(width, lesson, "the lesson, in this terminal");
        command_print(width, begin, "your own copy, in work/");
        free(lesson);
    } else {
        char *seen = text_format("one more hint (%d of %d seen)",
                                 record_of(&desk->standings, exercise)->hints, HINTS);
        printf("  yours is %s, %s\n", path_work(exercise), standing_words(desk, exercise));
        command_print(width, "check", "is it right?");
        command_print(width, "hint", seen);
        free(seen);
    }
    putchar('\n');
    command_print(width, "list", "all chapters, and where you are");
    command_print(width, "help", "every command");
    free(begin);
    return 0;
}
