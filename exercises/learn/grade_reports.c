/* grade_reports: what a class handed in, for programs to read: TAP 14, JUnit's XML, CSV. A
 * submission's name and a compiler's words may hold anything; each format has its own way to say
 * it. */
#include "grade.h"

#include <ctype.h>
#include <string.h>

const char *grade_words(const Grade *grade)
{
    static char zeros[4][60];
    static int turn;
    static const char *const words[] = {"not started", "pass", "fail", "zero", "not judged"};
    if (grade->state != GRADE_ZERO)
        return words[grade->state];
    char *text = zeros[turn = (turn + 1) % 4];
    snprintf(text, sizeof zeros[0], "zero: %s", grade->why);
    return text;
}

size_t grades_count(const Class *class, const Submission *submission, GradeState state)
{
    size_t count = 0;
    for (size_t e = 0; e < class->n_exercises; e++)
        count += submission->grades[e].state == state;
    return count;
}

int grades_points(const Class *class, const Submission *submission)
{
    int points = 0;
    for (size_t e = 0; e < class->n_exercises; e++)
        if (submission->grades[e].state == GRADE_PASS)
            points += class->exercises[e]->minutes;
    return points;
}

int class_points(const Class *class)
{
    int points = 0;
    for (size_t e = 0; e < class->n_exercises; e++)
        points += class->exercises[e]->minutes;
    return points;
}

static double seconds_of(const Class *class, const Submission *submission)
{
    double sum = 0;
    for (size_t e = 0; e < class->n_exercises; e++)
        sum += submission->grades[e].seconds;
    return sum;
}

/* ---- TAP ------------------------------------------------------------------------------------- */

/* In a description, # begins a directive and \ escapes. */
static void tap_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        fprintf(out, strchr("#\\", *text) != NULL ? "\\%c" : "%c", *text);
}

/* A double-quoted scalar of YAML, in ASCII. */
static void yaml_line(FILE *out, const char *name, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(out, "  %s: \"", name);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else
            fprintf(out, isprint(c) ? "%c" : "\\x%02x", c);
    }
    fprintf(out, "\"\n");
}

static void tap_point(const Class *class, const Submission *submission, size_t e, size_t number,
                      FILE *out)
{
    const Grade *grade = &submission->grades[e];
    fprintf(out, "%sok %zu - ", grade->state == GRADE_PASS ? "" : "not ", number);
    tap_text(out, submission->name);
    fprintf(out, ": %s%s\n", class->exercises[e]->id,
            grade->state == GRADE_NOT_STARTED ? " # TODO not started" : "");
    fprintf(out, "  ---\n");
    yaml_line(out, "verdict", grade_words(grade));
    yaml_line(out, "message", grade->sentence);
    if (grade->seed != 0)
        fprintf(out, "  seed: %llu\n", (unsigned long long)grade->seed);
    fprintf(out, "  minutes: %d\n  seconds: %.2f\n", class->exercises[e]->minutes, grade->seconds);
    yaml_line(out, "overlap", grade->overlap);
    fprintf(out, "  ...\n");
}

void report_tap(const Class *class, FILE *out)
{
    size_t number = 0;
    fprintf(out, "TAP version 14\n1..%zu\n", class->count * class->n_exercises);
    fprintf(out, "# judged at %zu seeds from %llu; the same again: --seed %llu --seeds %zu\n",
            class->seeds, (unsigned long long)class->seed, (unsigned long long)class->seed,
            class->seeds);
    for (size_t i = 0; i < class->count; i++)
        for (size_t e = 0; e < class->n_exercises; e++)
            tap_point(class, &class->submissions[i], e, ++number, out);
}

/* ---- JUnit ----------------------------------------------------------------------------------- */

/* XML has no way to write most control characters, and we no way to know what other bytes mean. */
static void xml_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        const char *entity = c == '&'    ? "&amp;"
                             : c == '<'  ? "&lt;"
                             : c == '>'  ? "&gt;"
                             : c == '"'  ? "&quot;"
                             : c == '\'' ? "&apos;"
                                         : NULL;
        if (entity != NULL)
            fputs(entity, out);
        else
            fputc(isprint(c) ? c : '?', out);
    }
}

static void xml_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    xml_text(out, text);
    fputc('"', out);
}

static void junit_case(const Class *class, const Grade *grade, size_t e, FILE *out)
{
    const Exercise *exercise = class->exercises[e];
    fprintf(out, "    <testcase classname=\"%s\" name=\"%s\" time=\"%.2f\"", exercise->chapter,
            exercise->name, grade->seconds);
    const char *element = grade->state == GRADE_NOT_STARTED ? "skipped"
                          : grade->state == GRADE_UNKNOWN   ? "error"
                                                            : "failure";
    if (grade->state == GRADE_PASS && grade->overlap[0] == '\0') {
        fprintf(out, "/>\n");
        return;
    }
    fprintf(out, ">");
    if (grade->state != GRADE_PASS) {
        fprintf(out, "<%s", element);
        if (grade->state != GRADE_NOT_STARTED) /* skipped has no type */
            xml_attribute(out, "type", grade_words(grade));
        xml_attribute(out, "message",
                      grade->sentence[0] == '\0' ? grade_words(grade) : grade->sentence);
        fprintf(out, "/>");
    }
    if (grade->overlap[0] != '\0') {
        fprintf(out, "<system-out>overlap: ");
        xml_text(out, grade->overlap);
        fprintf(out, "</system-out>");
    }
    fprintf(out, "</testcase>\n");
}

static void junit_counts(const Class *class, size_t first, size_t end, FILE *out)
{
    size_t failures = 0, errors = 0, skipped = 0;
    double seconds = 0;
    for (size_t i = first; i < end; i++) {
        const Submission *submission = &class->submissions[i];
        failures += grades_count(class, submission, GRADE_FAIL) +
                    grades_count(class, submission, GRADE_ZERO);
        errors += grades_count(class, submission, GRADE_UNKNOWN);
        skipped += grades_count(class, submission, GRADE_NOT_STARTED);
        seconds += seconds_of(class, submission);
    }
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.2f\">\n",
            (end - first) * class->n_exercises, failures, errors, skipped, seconds);
}

void report_junit(const Class *class, FILE *out)
{
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wengert\"");
    junit_counts(class, 0, class->count, out);
    for (size_t i = 0; i < class->count; i++) {
        const Submission *submission = &class->submissions[i];
        fprintf(out, "  <testsuite");
        xml_attribute(out, "name", submission->name);
        junit_counts(class, i, i + 1, out);
        fprintf(out,
                "    <properties><property name=\"seed\" value=\"%llu\"/><property name=\"seeds\" "
                "value=\"%zu\"/></properties>\n",
                (unsigned long long)class->seed, class->seeds);
        for (size_t e = 0; e < class->n_exercises; e++)
            junit_case(class, &submission->grades[e], e, out);
        if (submission->note[0] != '\0') {
            fprintf(out, "    <system-out>left out: ");
            xml_text(out, submission->note);
            fprintf(out, "</system-out>\n");
        }
        fprintf(out, "  </testsuite>\n");
    }
    fprintf(out, "</testsuites>\n");
}

/* ---- CSV ------------------------------------------------------------------------------------- */

/* A cell of RFC 4180. A spreadsheet takes what begins with = + - @ for a formula: an apostrophe in
 * front keeps a submission's name from being one. */
static void csv_text(FILE *out, const char *text)
{
    fputc('"', out);
    if (*text != '\0' && strchr("=+-@\t\r", *text) != NULL)
        fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void csv_overlap(const Class *class, const Submission *submission, FILE *out)
{
    char all[1000] = "";
    for (size_t e = 0; e < class->n_exercises; e++) {
        size_t used = strlen(all);
        if (submission->grades[e].overlap[0] != '\0')
            snprintf(all + used, sizeof all - used, "%s%s: %s", used > 0 ? " | " : "",
                     class->exercises[e]->id, submission->grades[e].overlap);
    }
    csv_text(out, all);
}

void report_csv(const Class *class, FILE *out)
{
    fprintf(out, "submission");
    for (size_t e = 0; e < class->n_exercises; e++)
        fprintf(out, ",%s", class->exercises[e]->id);
    fprintf(
        out,
        ",passed,failed,zero,not started,not judged,points,of,seconds,seed,overlap,left out\r\n");
    for (size_t i = 0; i < class->count; i++) {
        const Submission *submission = &class->submissions[i];
        csv_text(out, submission->name);
        for (size_t e = 0; e < class->n_exercises; e++)
            fprintf(out, ",%s", grade_words(&submission->grades[e]));
        fprintf(out, ",%zu,%zu,%zu,%zu,%zu,%d,%d,%.2f,%llu,",
                grades_count(class, submission, GRADE_PASS),
                grades_count(class, submission, GRADE_FAIL),
                grades_count(class, submission, GRADE_ZERO),
                grades_count(class, submission, GRADE_NOT_STARTED),
                grades_count(class, submission, GRADE_UNKNOWN), grades_points(class, submission),
                class_points(class), seconds_of(class, submission),
                (unsigned long long)class->seed);
        csv_overlap(class, submission, out);
        fputc(',', out);
        csv_text(out, submission->note);
        fprintf(out, "\r\n");
    }
}
