/* options: command lines. One table of options gives both the parser and the help, so that the two
 * cannot disagree; getopt_long does the splitting. */
#include "base/base.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 64, HELP = 1000 };

static void print_default(const Option *o)
{
    const char *text;
    switch (o->kind) {
    case OPTION_FLAG:
        break;
    case OPTION_TEXT:
        text = *(const char **)o->to;
        if (text != NULL && *text != '\0')
            printf(" (%s)", text);
        break;
    case OPTION_SIZE:
        printf(" (%zu)", *(size_t *)o->to);
        break;
    case OPTION_SEED:
        printf(" (%" PRIu64 ")", *(uint64_t *)o->to);
        break;
    case OPTION_NUMBER:
        printf(" (%g)", *(double *)o->to);
        break;
    }
}

static _Noreturn void print_help(const char *usage, const Option *options, int count)
{
    static const char *const value[] = {"", " TEXT", " N", " N", " X"};
    printf("%s\n\n", usage);
    for (int i = 0; i < count; i++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s", options[i].name, value[options[i].kind]);
        printf("  %-24s %s", left, options[i].help);
        print_default(&options[i]);
        putchar('\n');
    }
    printf("  %-24s this text\n", "--help");
    exit_if_unwritten();
    exit(0);
}

static void set_whole(const Option *o, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    bool digits = *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
    if (o->kind == OPTION_SEED) {
        if (!digits)
            exit_with("--%s: expected a whole number, found \"%s\"", o->name, text);
        *(uint64_t *)o->to = value;
        return;
    }
    if (!digits || (double)value < o->low || (double)value > o->high)
        exit_with("--%s: expected a whole number from %.0f to %.0f, found \"%s\"", o->name, o->low,
                  o->high, text);
    *(size_t *)o->to = (size_t)value;
}

static void set_number(const Option *o, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= o->low && value <= o->high))
        exit_with("--%s: expected a number from %g to %g, found \"%s\"", o->name, o->low, o->high,
                  text);
    *(double *)o->to = value;
}

static void set_value(const Option *o, const char *text)
{
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)o->to = true;
        break;
    case OPTION_TEXT:
        *(const char **)o->to = text;
        break;
    case OPTION_SIZE:
    case OPTION_SEED:
        set_whole(o, text);
        break;
    case OPTION_NUMBER:
        set_number(o, text);
        break;
    }
}

void options_parse(int argc, char **argv, const char *usage, const Option *options, int count)
{
    struct option table[OPTIONS_MAX + 2];
    require(count <= OPTIONS_MAX, "options_parse: %d options are too many", count);
    memset(table, 0, sizeof table);
    for (int i = 0; i < count; i++)
        table[i] = (struct option){options[i].name,
                                   options[i].kind == OPTION_FLAG ? no_argument : required_argument,
                                   NULL, i};
    table[count] = (struct option){"help", no_argument, NULL, HELP};
    opterr = 0;
    optind = 1;
    for (;;) {
        const char *word = optind < argc ? argv[optind] : "";
        int found = getopt_long(argc, argv, ":", table, NULL);
        if (found == -1)
            break;
        if (found == HELP)
            print_help(usage, options, count);
        if (found == ':')
            exit_with("%s: expected a value after it; --help lists the options", word);
        if (found == '?')
            exit_with("unknown option \"%s\"; --help lists the options", word);
        set_value(&options[found], optarg);
    }
    if (optind < argc)
        exit_with("expected options only, found \"%s\"; --help lists them", argv[optind]);
}
