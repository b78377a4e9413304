/* paper: a whole exercise: its parts, the student's answers to them, and what ./learn says of both.
 * Answers come as arguments and from a file in work/; the exercise's text says what is asked. */
#include "paper.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const Paper *paper;
    char **answers; /* one for each part, or NULL: not answered */
} Answers;

/* ---- answers --------------------------------------------------------------------------------- */
static Error fail_part(const Paper *paper, const char *where, const char *found)
{
    char known[400] = "";
    size_t used = 0;
    for (size_t i = 0; i < paper->count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                                 paper->parts[i].name);
    return error_make("%s: expected NAME = ANSWER with one of the names %s, found \"%.60s\"", where,
                      known, found);
}

/* "NAME = ANSWER"; a part that has an answer already keeps it, unless that came from this file too.
 */
static Error take_answer(Answers *answers, const char *line, const char *where, bool *taken)
{
    const Paper *paper = answers->paper;
    const char *equals = strchr(line, '=');
    size_t length = equals == NULL ? 0 : (size_t)(equals - line), i = 0;
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        length--;
    while (i < paper->count && (strlen(paper->parts[i].name) != length ||
                                strncmp(paper->parts[i].name, line, length) != 0))
        i++;
    if (i == paper->count)
        return fail_part(paper, where, line);
    const char *answer = equals + 1 + strspn(equals + 1, " \t");
    size_t size = strlen(answer);
    while (size > 0 && isspace((unsigned char)answer[size - 1]))
        size--;
    if (size == 0)
        return no_error();
    if (taken[i])
        return error_make("%s: expected one answer to %s, found a second", where,
                          paper->parts[i].name);
    taken[i] = true;
    if (answers->answers[i] == NULL)
        answers->answers[i] = text_format("%.*s", (int)size, answer);
    return no_error();
}

static Error take_lines(Answers *answers, const char *path, char *text)
{
    Error error = no_error();
    bool *taken = memory_calloc(answers->paper->count + 1, sizeof *taken);
    for (size_t number = 1; !error.failed && *text != '\0'; number++) {
        char *line = text, where[400];
        size_t length = strcspn(text, "\n");
        text += length + (text[length] != '\0');
        line[length] = '\0';
        line += strspn(line, " \t\r");
        snprintf(where, sizeof where, "%.300s:%zu", path, number);
        if (*line != '\0' && *line != '#')
            error = take_answer(answers, line, where, taken);
    }
    free(taken);
    return error;
}

static Error take_file(Answers *answers, const char *path)
{
    enum { MOST = 1 << 16 };
    MappedFile file;
    if (path == NULL || access(path, F_OK) != 0)
        return no_error();
    Error error = file_map(&file, path);
    if (error.failed)
        return error;
    char *text = NULL;
    if (file.size > MOST) {
        error = error_make("%s: expected at most %d bytes, found %zu", path, MOST, file.size);
    } else {
        text = memory_calloc(file.size + 1, 1);
        if (file.size > 0)
            memcpy(text, file.bytes, file.size);
        error = strlen(text) == file.size
                    ? take_lines(answers, path, text)
                    : error_make("%s: expected text, found a 0 at byte %zu", path, strlen(text));
    }
    free(text);
    file_unmap(&file);
    return error;
}

static Error take_arguments(Answers *answers, const char *const *arguments, int count)
{
    Error error = no_error();
    bool *taken = memory_calloc(answers->paper->count + 1, sizeof *taken);
    for (int i = 0; !error.failed && i < count; i++)
        error = take_answer(answers, arguments[i], "the arguments", taken);
    free(taken);
    return error;
}

/* ---- verdicts -------------------------------------------------------------------------------- */
static Error judge_parts(const Answers *answers, uint64_t seed, FILE *out, PaperResult *result)
{
    const Paper *paper = answers->paper;
    for (size_t i = 0; i < paper->count; i++) {
        const PaperPart *part = &paper->parts[i];
        PaperJudgement judgement;
        const char *answer = answers->answers[i] == NULL ? "" : answers->answers[i];
        Error error = paper_judge(part, answer, seed, out, &judgement);
        if (error.failed)
            return error;
        result->parts++;
        result->right += judgement.verdict == ANSWER_RIGHT;
        result->answered += judgement.verdict != ANSWER_MISSING;
        if (judgement.verdict != ANSWER_RIGHT && result->sentence[0] == '\0')
            snprintf(result->sentence, sizeof result->sentence, "%s: %s", part->name,
                     judgement.fact);
    }
    return no_error();
}

/* Into memory first: nothing of a text that turns out to be at fault is printed. */
static Error judge_into(const Answers *answers, uint64_t seed, FILE *out, PaperResult *result)
{
    char *said = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&said, &size);
    require(memory != NULL, "paper: no memory for the verdicts");
    Error error = judge_parts(answers, seed, memory, result);
    fclose(memory);
    if (!error.failed && out != NULL) {
        fwrite(said, 1, size, out);
        fprintf(out, "%zu of %zu right\n", result->right, result->parts);
    }
    free(said);
    return error;
}

Error paper_command(const char *exercise, const char *answers, const char *const *arguments,
                    int count, uint64_t seed, FILE *out, PaperResult *result)
{
    Paper paper;
    *result = (PaperResult){0};
    Error error = paper_read(&paper, exercise);
    Answers all = {&paper, memory_calloc(paper.count + 1, sizeof *all.answers)};
    if (!error.failed && paper.count == 0)
        error = error_make("%s: expected parts to answer, found none", exercise);
    if (!error.failed)
        error = take_arguments(&all, arguments, count);
    if (!error.failed)
        error = take_file(&all, answers);
    if (!error.failed)
        error = judge_into(&all, seed, out, result);
    for (size_t i = 0; i < paper.count; i++)
        free(all.answers[i]);
    free(all.answers);
    paper_free(&paper);
    return error;
}

/* ---- a student's file ------------------------------------------------------------------------ */
static void write_comment(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        fprintf(out, "#%s%.*s\n", length > 0 ? " " : "", (int)length, text);
        text += length + (text[length] != '\0');
    }
}

/* Whether its gradient is one of an array beside another with more axes: whoever sums over those is
 * left with axes of length 1. */
static bool may_be_stretched(const PaperPart *part)
{
    int along = 0, most = 0;
    for (int i = 0; i < part->statement_count; i++) {
        const Statement *given = &part->statements[i];
        if (given->formula != NULL)
            continue;
        if (strcmp(given->name, part->along) == 0)
            along = given->shape.rank;
        most = given->shape.rank > most ? given->shape.rank : most;
    }
    return part->kind == PART_FORMULA && along > 0 && most > along;
}

Error paper_write_start(const char *exercise, FILE *out)
{
    Paper paper;
    Error error = paper_read(&paper, exercise);
    bool written = false, number = false, forgiven = false;
    for (size_t i = 0; i < paper.count; i++) {
        const PaperPart *part = &paper.parts[i];
        number = number || part->kind == PART_NUMBER;
        forgiven = forgiven || may_be_stretched(part);
        written = written || part->kind != PART_CHOICE;
    }
    if (!error.failed && written)
        write_comment(out, "Products as 2x, 2(x + 1), x y or x*y, powers as x^2, e^x or exp(x), "
                           "lists as [4, 3].");
    if (!error.failed && number)
        write_comment(out, "A number has to be right to 0.1 %, or to three digits, unless more is "
                           "asked for.");
    if (!error.failed && forgiven)
        write_comment(out, "Leading axes of length 1 are forgiven in a gradient: where (5) is wanted, "
                           "(1,5) will do.");
    if (!error.failed && written)
        fputc('\n', out);
    for (size_t i = 0; !error.failed && i < paper.count; i++) {
        const PaperPart *part = &paper.parts[i];
        write_comment(out, part->ask);
        for (int j = 0; j < part->choice_count; j++)
            fprintf(out, "#   %s\n", part->choices[j]);
        fprintf(out, "%s =\n\n", part->name);
    }
    paper_free(&paper);
    return error;
}
