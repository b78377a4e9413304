/* gate: the table, the verdicts and the closing line of every gate. Taught in chapter 03.
 *
 * The checkers of value/ and tensor/ compute errors; here they are compared with what is allowed,
 * printed and counted. A double gate run with --save keeps every forward and gradient; the float
 * gate run with --against that file compares itself with it, so that what trains is what was checked. */
#include "base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double FORWARD_TOLERANCE = 1e-12, GRADIENT_TOLERANCE = 1e-8, EXCUSED_TOLERANCE = 1e-6;
static const double FLOAT_TOLERANCE = 1e-5;

static struct {
    const char *title, *only;
    bool brief, header_printed;
    int passed, failed;
    double worst;
    size_t elements;
    FILE *save, *against;
    Random random;
} gate;

bool gate_is_float(void)
{
    return sizeof(real) == sizeof(float);
}

static FILE *open_file(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file == NULL)
        exit_with("%s: cannot be opened: %s", path, strerror(errno));
    return file;
}

static uint64_t seed_from(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(text, &end, 10);
    if (*text == '\0' || *text == '-' || *end != '\0' || errno != 0)
        exit_with("--seed: expected a whole number, found \"%s\"", text);
    return seed;
}

void gate_begin(int argc, char **argv, const char *title)
{
    uint64_t seed = 1964;
    gate.title = title;
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--brief") == 0) {
            gate.brief = true;
            continue;
        }
        if (i + 1 == argc)
            exit_with("%s: expected --only ROW, --seed N, --brief, --save FILE or --against FILE, "
                      "found \"%s\"", title, option);
        const char *value = argv[++i];
        if (strcmp(option, "--only") == 0)
            gate.only = value;
        else if (strcmp(option, "--seed") == 0)
            seed = seed_from(value);
        else if (strcmp(option, "--save") == 0 && !gate_is_float())
            gate.save = open_file(value, "wb");
        else if (strcmp(option, "--against") == 0 && gate_is_float())
            gate.against = open_file(value, "rb");
        else
            exit_with("%s: unknown option \"%s\" for a %s gate", title, option, REAL_NAME);
    }
    if (gate_is_float() && gate.against == NULL)
        exit_with("%s: a float gate needs --against FILE, which the double gate wrote with --save",
                  title);
    exit_if(gemm_check_environment());
    exit_if(threads_check_environment());
    gate.random = random_make(seed, 0);
    arena_set_poison(true);
    if (!gate.brief)
        printf("%s in %s, seed %llu\n", title, REAL_NAME, (unsigned long long)seed);
}

Random *gate_random(void)
{
    return &gate.random;
}

bool gate_wants(const char *row_name)
{
    if (gate.only == NULL)
        return true;
    size_t length = strcspn(row_name, " ");
    return strlen(gate.only) == length && strncmp(gate.only, row_name, length) == 0;
}

double gate_error(double analytic, double numeric)
{
    double scale = fmax(fmax(fabs(analytic), fabs(numeric)), 1e-3);
    double error = fabs(analytic - numeric) / scale;
    return isnan(error) ? HUGE_VAL : error;
}

static bool read_record(const char *what, size_t count, double *into)
{
    char name[200] = {0};
    uint64_t stored = 0;
    if (fread(name, 1, sizeof name, gate.against) != sizeof name || strcmp(name, what) != 0 ||
        fread(&stored, sizeof stored, 1, gate.against) != 1 || stored != count)
        return false;
    return fread(into, sizeof *into, count, gate.against) == count;
}

double gate_precision(const char *what, const real *values, size_t count)
{
    if (gate.against != NULL) {
        double *reference = memory_alloc(count * sizeof *reference);
        double largest = 0, worst = 0;
        if (!read_record(what, count, reference))
            worst = HUGE_VAL;
        for (size_t i = 0; i < count && !isinf(worst); i++) {
            double difference = fabs((double)values[i] - reference[i]);
            if (isinf(reference[i]) && (double)values[i] == reference[i])
                continue; /* masked scores are minus infinity in both */
            largest = fmax(largest, fabs(reference[i]));
            worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        }
        free(reference);
        return worst == 0 ? 0 : worst / largest;
    }
    if (gate.save != NULL) {
        char name[200] = {0};
        uint64_t stored = count;
        snprintf(name, sizeof name, "%s", what);
        fwrite(name, 1, sizeof name, gate.save);
        fwrite(&stored, sizeof stored, 1, gate.save);
        for (size_t i = 0; i < count; i++) {
            double value = (double)values[i];
            fwrite(&value, sizeof value, 1, gate.save);
        }
    }
    return 0;
}

static void print_header(void)
{
    if (gate.header_printed || gate.brief)
        return;
    gate.header_printed = true;
    if (gate_is_float())
        printf("  %-44s %8s  %9s  verdict\n", "row", "elements", "to double");
    else
        printf("  %-44s %8s  %8s %8s %8s  verdict\n", "row", "elements", "forward", "fresh", "added");
}

static void count_verdict(bool passed)
{
    if (passed)
        gate.passed++;
    else
        gate.failed++;
}

/* The tolerance of a row; NAN when the row asks for more without saying why, or for too much. */
static double allowed(const GateRow *row)
{
    if (row->tolerance <= GRADIENT_TOLERANCE)
        return row->tolerance > 0 ? row->tolerance : GRADIENT_TOLERANCE;
    return row->why != NULL && row->tolerance <= EXCUSED_TOLERANCE ? row->tolerance : nan("");
}

void gate_report(const GateRow *row)
{
    double gradient = fmax(row->fresh, row->added);
    double worst = gate_is_float() ? row->precision : gradient;
    bool passed = gate_is_float() ? row->precision <= FLOAT_TOLERANCE
                                  : row->forward <= FORWARD_TOLERANCE && gradient <= allowed(row);
    count_verdict(passed);
    gate.worst = fmax(gate.worst, worst);
    gate.elements += row->elements;
    if (gate.brief && passed)
        return;
    print_header();
    printf("  %-44s %8zu  ", row->name, row->elements);
    if (gate_is_float())
        printf("%9.1e", row->precision);
    else
        printf("%8.1e %8.1e %8.1e", row->forward, row->fresh, row->added);
    printf("  %s\n", passed ? "ok" : "WRONG");
    if ((!passed || row->why != NULL) && row->detail[0] != '\0')
        printf("      %s\n", row->detail);
    if (!passed && !gate_is_float() && isnan(allowed(row)))
        printf("      a tolerance of %.0e needs a reason, and at most %.0e\n", row->tolerance,
               EXCUSED_TOLERANCE);
    if (row->why != NULL)
        printf("      allowed %.0e: %s\n", row->tolerance, row->why);
}

void gate_check(const char *name, bool passed, const char *format, ...)
{
    if (!gate_wants(name))
        return;
    count_verdict(passed);
    if (gate.brief && passed)
        return;
    print_header();
    printf("  %-44s ", name);
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("  %s\n", passed ? "ok" : "WRONG");
}

int gate_end(void)
{
    if (gate.brief)
        printf("%-18s %-6s %8zu derivatives, worst error %.1e: ", gate.title, REAL_NAME,
               gate.elements, gate.worst);
    printf("%d passed, %d failed\n", gate.passed, gate.failed);
    bool saved = gate.save == NULL || fclose(gate.save) == 0;
    if (gate.against != NULL)
        fclose(gate.against);
    gemm_free_buffers();
    if (!saved)
        exit_with("%s: the results could not be saved: %s", gate.title, strerror(errno));
    if (gate.passed + gate.failed == 0)
        exit_with("%s: no row is called \"%s\"", gate.title, gate.only == NULL ? "" : gate.only);
    return gate.failed == 0 ? 0 : 1;
}
