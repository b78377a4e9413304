/* standings: work/progress.txt, a line an exercise: id, hash of what passed, hints seen, given up. */
#include "course.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char PATH[] = "work/progress.txt";

static Record *record_add(Standings *standings, const char *id)
{
    standings->items = memory_realloc(standings->items,
                                      (size_t)(standings->count + 1) * sizeof *standings->items);
    Record *record = &standings->items[standings->count++];
    *record = (Record){.passed = 0};
    snprintf(record->id, sizeof record->id, "%s", id);
    return record;
}

static Error record_read(Standings *standings, const char *line, int number)
{
    char id[ID_ROOM];
    uint64_t passed;
    int hints, given_up;
    if (sscanf(line, "%79s %" SCNx64 " %d %d", id, &passed, &hints, &given_up) != 4 || hints < 0 ||
        hints > HINTS)
        return error_make("%s:%d: expected an exercise, a hash, hints and 0 or 1, found \"%.60s\" "
                          "(delete that line to go on)", PATH, number, line);
    Record *record = record_add(standings, id);
    record->passed = passed;
    record->hints = hints;
    record->given_up = given_up != 0;
    return no_error();
}

Error standings_read(Standings *standings)
{
    char *text;
    *standings = (Standings){NULL, 0};
    if (!file_exists(PATH))
        return no_error();
    Error error = text_read(PATH, &text);
    int number = 1;
    for (char *line = text; !error.failed && *line != '\0'; number++) {
        size_t length = strcspn(line, "\n");
        bool last = line[length] == '\0';
        line[length] = '\0';
        if (line[0] != '\0' && line[0] != '#')
            error = record_read(standings, line, number);
        line += length + !last;
    }
    free(text);
    return error;
}

Error standings_write(const Standings *standings)
{
    char *text = text_format("# exercise, hash of what passed, hints seen, given up\n");
    for (int i = 0; i < standings->count; i++) {
        const Record *record = &standings->items[i];
        char *longer = text_format("%s%s %016" PRIx64 " %d %d\n", text, record->id, record->passed,
                                   record->hints, record->given_up);
        free(text);
        text = longer;
    }
    Error error = text_write(PATH, text);
    free(text);
    return error;
}

void standings_free(Standings *standings)
{
    free(standings->items);
    *standings = (Standings){NULL, 0};
}

Record *record_of(Standings *standings, const Exercise *exercise)
{
    for (int i = 0; i < standings->count; i++)
        if (strcmp(standings->items[i].id, exercise->id) == 0)
            return &standings->items[i];
    return record_add(standings, exercise->id);
}

Standing standing_of(Standings *standings, const Exercise *exercise)
{
    char *text;
    uint64_t passed = record_of(standings, exercise)->passed;
    const char *work = path_work(exercise);
    if (!file_exists(work) || text_read(work, &text).failed)
        return NOT_STARTED;
    uint64_t now = text_hash(text);
    free(text);
    return passed == 0 ? STARTED : passed == now ? PASSED : CHANGED;
}
