/* paper_say: what is said about an answer, in lines of at most 80 columns. */
#include "paper_say.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void paper_print(FILE *out, int indent, const char *text)
{
    enum { WIDTH = 79 };
    int column = 0;
    for (text += strspn(text, " \n"); *text != '\0'; text += strspn(text, " \n")) {
        int length = (int)strcspn(text, " \n");
        if (column > 0 && column + 1 + length > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        column += fprintf(out, "%*s%.*s", column == 0 ? indent : 1, "", length, text);
        text += length;
    }
    if (column > 0)
        fputc('\n', out);
}

void say_verdict(const Judging *judging, PaperVerdict verdict)
{
    judging->judgement->verdict = verdict;
    char *line = text_format("%s = %s", judging->part->name, judging->answer);
    const char *mark = verdict == ANSWER_RIGHT ? "ok" : verdict == ANSWER_WRONG ? "WRONG" : "?";
    fprintf(judging->out, "%-*s", INDENT, mark);
    paper_print(judging->out, 0, line);
    free(line);
}

void say(Judging *judging, const char *format, ...)
{
    char text[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (judging->judgement->fact[0] == '\0')
        snprintf(judging->judgement->fact, PAPER_FACT, "%.*s", PAPER_FACT - 1, text);
    paper_print(judging->out, INDENT, text);
}

const char *number_text(double number)
{
    enum { BUFFERS = 4, BYTES = 40 };
    static char buffers[BUFFERS][BYTES];
    static int next;
    char *text = buffers[next++ % BUFFERS];
    if (isfinite(number))
        snprintf(text, BYTES, "%+.7g", number);
    else
        snprintf(text, BYTES, "%s", isnan(number) ? "NaN" : number > 0 ? "infinity" : "-infinity");
    return text;
}

void say_array(const Judging *judging, const char *name, const Array *array)
{
    FILE *out = judging->out;
    enum { MOST = 60, IN_A_LINE = 6, NAMES = 9 };
    size_t size = array_size(array), row = array->rank == 0 ? 1 : array->shape[array->rank - 1];
    fprintf(out, "%*s%-*s", INDENT + 2, "", NAMES, name);
    if (size > MOST) {
        fprintf(out, " %s, too many to show\n", array_shape_text(array));
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && (i % row == 0 || i % row % IN_A_LINE == 0))
            fprintf(out, "\n%*s", INDENT + 2 + NAMES, "");
        fprintf(out, " %9.5g", array->data[i]);
    }
    fputc('\n', out);
}

const char *place_text(const char *name, const Array *array, size_t index)
{
    static char text[NAME_LENGTH + 2 + ARRAY_RANK * 24];
    int used = snprintf(text, sizeof text, "%s", name);
    for (int axis = 0; axis < array->rank; axis++) {
        Axis cut = array_axis(array, axis);
        used += snprintf(text + used, sizeof text - (size_t)used, "[%zu]",
                         index / cut.inner % cut.length);
    }
    return text;
}

void say_unreadable(Judging *judging, const char *read, const FormulaError *error)
{
    fprintf(judging->out, "%-*s%s cannot be %s\n", INDENT, "?", judging->part->name, read);
    formula_show(judging->out, INDENT + 2, judging->answer, error);
    say(judging, "%s", error->error.text);
    judging->judgement->verdict = ANSWER_UNREADABLE;
}

void say_slip(const Judging *judging, int slip)
{
    judging->judgement->slip = slip;
    if (judging->part->slips[slip].asks != NULL)
        paper_print(judging->out, INDENT, judging->part->slips[slip].asks);
}

Error own_value(Judging *judging, const char *text, const Names *names, Formula *formula,
                Array *value)
{
    FormulaError error = formula_parse(formula, text);
    if (!error.error.failed)
        error = formula_value(formula, names, &judging->arena, value);
    if (!error.error.failed)
        return no_error();
    return error_make("%s:%zu: %.100s: %.300s", judging->part->path, judging->part->line, text,
                      error.error.text);
}
