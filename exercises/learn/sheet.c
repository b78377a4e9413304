/* sheet: between the commands and paper.h. */
#include "sheet.h"

#include "paper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

Error sheet_make(const char *exercise, char **text)
{
    size_t size;
    *text = NULL;
    FILE *out = open_memstream(text, &size);
    if (out == NULL)
        return error_make("%s: a sheet cannot be made: %s", exercise, strerror(errno));
    Error error = paper_write_start(exercise, out);
    fclose(out);
    return error;
}

Error sheet_audit(const char *exercise, size_t seeds, size_t *judged)
{
    Paper paper;
    *judged = 0;
    Error error = paper_read(&paper, exercise);
    if (!error.failed && paper.count == 0)
        error = error_make("%s: expected parts to answer, found none", exercise);
    for (size_t i = 0; !error.failed && i < paper.count; i++)
        error = paper_audit(&paper.parts[i], seeds, judged);
    paper_free(&paper);
    return error;
}

Error sheet_judge(const char *exercise, const char *answers, char *const *arguments, int count,
                  uint64_t seed, bool shown, SheetResult *result)
{
    static PaperResult judged;
    judged = (PaperResult){.parts = 0};
    Error error = paper_command(exercise, answers, (const char *const *)arguments, count, seed,
                                shown ? stdout : NULL, &judged);
    *result = (SheetResult){judged.parts, judged.right, judged.answered, {0}};
    snprintf(result->sentence, sizeof result->sentence, "%s", judged.sentence);
    return error;
}
