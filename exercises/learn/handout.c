/* handout: a copy of the course for students, made ready: ./learn seal FOLDER, which
 * exercises/handout.sh calls for a copy without solutions/. What ./learn needs of the answers goes
 * into the copy's sealed file, and out of its texts. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

/* Whether `line` begins with one of the words. */
static bool begins(const char *line, const char *const *words)
{
    size_t length = strcspn(line, " \n");
    for (; *words != NULL; words++)
        if (strlen(*words) == length && strncmp(line, *words, length) == 0)
            return true;
    return false;
}

/* An exercise's text without answers: seeded bugs without what they change; of a paper problem's
 * parts only what is asked. */
static char *text_strip(const Exercise *exercise, const char *text)
{
    static const char *const questions[] = {"part", "ask", "choice", NULL};
    static const char *const edit[] = {"find", NULL}, *const ends[] = {"end", NULL};
    char *kept = text_format(
        "# What is known about right and wrong answers is in exercises/sealed.\n%s", text);
    char *to = strchr(kept, '\n') + 1;
    bool inside = false, dropping = false, parts = false;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
        bool continues = *text == ' '; /* a long text's line goes with its keyword */
        inside = inside || (!exercise->paper && begins(text, edit));
        parts = parts || (exercise->paper && begins(text, questions)); /* they come last */
        if (!continues)
            dropping = parts && !begins(text, questions);
        if (!inside && !dropping) {
            memcpy(to, text, length);
            to += length;
        }
        inside = inside && !begins(text, ends);
        text += length;
    }
    *to = '\0';
    return kept;
}

static Error exercise_seal(const Exercise *exercise, const char *folder, Sealing *sealing)
{
    char path[2 * PATH_ROOM], *text, *solution;
    Error error = text_read(path_text(exercise), &text);
    if (error.failed)
        return error;
    sealing_add(sealing, path_text(exercise), text);
    char *kept = text_strip(exercise, text);
    snprintf(path, sizeof path, "%.300s/%s", folder, path_text(exercise));
    error = text_write(path, kept);
    free(kept);
    free(text);
    if (error.failed || exercise->paper)
        return error;
    error = text_read(path_solution(exercise), &solution);
    if (!error.failed)
        sealing_add(sealing, path_solution(exercise), solution);
    free(solution);
    return error;
}

int seal_command(Desk *desk, int argc, char **argv)
{
    char path[2 * PATH_ROOM];
    Sealing sealing = {NULL, 0};
    if (argc != 1)
        exit_with(
            "seal: expected the folder of a copy of the course (make handout does all of it)");
    if (course_is_sealed())
        exit_with("seal: this copy of the course came without answers: there is nothing to seal");
    for (int i = 0; i < desk->course.count; i++)
        exit_if(exercise_seal(&desk->course.items[i], argv[0], &sealing));
    snprintf(path, sizeof path, "%.300s/exercises/sealed", argv[0]);
    exit_if(sealing_write(&sealing, path));
    return 0;
}
