/* grade_overlap: whose tokens are whose. A file is read as tokens; names other than C's own words
 * become one token, so that renaming hides nothing, and comments and spaces never were any. Every
 * run of GRAM tokens is a fingerprint; the starter's are taken away, for everyone has them, and
 * among students those that more than half of them have, for there is one plain way to write it.
 * What is left and also stands elsewhere is reported, and judged by nobody but the teacher. Source
 * of fingerprints as runs of tokens: Schleimer, Wilkerson, Aiken, "Winnowing", SIGMOD 2003; these
 * files are short enough to keep all of them. */
#include "grade.h"

#include "tokens.h"

#include <stdlib.h>
#include <string.h>

enum { GRAM = 10, GRAMS_LEAST = 24, SHARE_LEAST = 80, CLASS_LEAST = 5 };

typedef struct {
    uint64_t *grams; /* sorted, each once */
    size_t count;
    uint64_t whole; /* the hash of the text, byte for byte */
} Prints;

/* ---- fingerprints ---------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) /* FNV-1a, as text_hash */
        hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    return hash;
}

static bool is_word_of_c(const char *name, size_t length)
{
    static const char *const words[] = {"for",    "while",  "do",    "if",       "else",   "return",
                                        "switch", "case",   "break", "continue", "goto",   "sizeof",
                                        "struct", "static", "const", "int",      "size_t", "double",
                                        "float",  "real",   "void",  "bool"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strlen(words[k]) == length && memcmp(words[k], name, length) == 0)
            return true;
    return false;
}

static uint64_t token_hash(const char *text, const Lexeme *lexeme)
{
    const char *at = text + lexeme->begin;
    size_t length = lexeme->end - lexeme->begin;
    if (lexeme->kind == TEXT || (lexeme->kind == NAME && !is_word_of_c(at, length)))
        return lexeme->kind == TEXT ? 1 : 2;
    return mix(14695981039346656037u, at, length);
}

static int grams_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static Prints prints_of(const char *text)
{
    size_t size = strlen(text), tokens = 0;
    uint64_t last[GRAM];
    Prints prints = {memory_alloc((size + 1) * sizeof(uint64_t)), 0, text_hash(text)};
    Lexer lexer = lexer_make(text, size);
    Lexeme lexeme;
    while (lexer_next(&lexer, &lexeme)) {
        last[tokens++ % GRAM] = token_hash(text, &lexeme);
        uint64_t gram = 0;
        for (size_t k = 0; k < GRAM && tokens >= GRAM; k++)
            gram = mix(gram, (const char *)&last[(tokens + k) % GRAM], sizeof *last);
        if (tokens >= GRAM)
            prints.grams[prints.count++] = gram;
    }
    qsort(prints.grams, prints.count, sizeof *prints.grams, grams_compare);
    size_t kept = 0;
    for (size_t i = 0; i < prints.count; i++)
        if (i == 0 || prints.grams[i] != prints.grams[i - 1])
            prints.grams[kept++] = prints.grams[i];
    prints.count = kept;
    return prints;
}

static Prints prints_read(const char *path)
{
    char *text;
    if (path == NULL || text_read(path, &text).failed)
        return (Prints){NULL, 0, 0};
    Prints prints = prints_of(text);
    free(text);
    return prints;
}

static bool prints_have(const Prints *prints, uint64_t gram)
{
    return prints->count > 0 &&
           bsearch(&gram, prints->grams, prints->count, sizeof gram, grams_compare) != NULL;
}

static void prints_subtract(Prints *prints, const Prints *others)
{
    size_t kept = 0;
    for (size_t i = 0; i < prints->count; i++)
        if (!prints_have(others, prints->grams[i]))
            prints->grams[kept++] = prints->grams[i];
    prints->count = kept;
}

/* How many of the hundred fingerprints of `mine` are in `theirs`; 0 where they are too few to say.
 */
static int share(const Prints *mine, const Prints *theirs)
{
    size_t common = 0;
    if (mine->count < GRAMS_LEAST)
        return 0;
    for (size_t i = 0; i < mine->count; i++)
        common += prints_have(theirs, mine->grams[i]);
    return (int)(100 * common / mine->count);
}

/* ---- one exercise ---------------------------------------------------------------------------- */

static void overlap_add(Grade *grade, const char *whose, int percent, size_t of)
{
    size_t used = strlen(grade->overlap), room = sizeof grade->overlap - used;
    snprintf(grade->overlap + used, room, "%s%d%% of %zu fragments stand in %.80s",
             used > 0 ? "; " : "", percent, of, whose);
}

/* The fingerprints that more than half of those who handed something in have. */
static Prints common_of(const Prints *all, size_t count)
{
    size_t started = 0, room = 0, used = 0;
    for (size_t i = 0; i < count; i++) {
        started += all[i].count > 0;
        room += all[i].count;
    }
    Prints common = {memory_alloc((room + 1) * sizeof(uint64_t)), 0, 0};
    for (size_t i = 0; i < count && started >= CLASS_LEAST; i++)
        for (size_t k = 0; k < all[i].count; k++)
            common.grams[used++] = all[i].grams[k];
    qsort(common.grams, used, sizeof *common.grams, grams_compare);
    for (size_t i = 0, run = 0; i < used; i++) {
        run = i > 0 && common.grams[i] == common.grams[i - 1] ? run + 1 : 1;
        if (i + 1 == used || common.grams[i + 1] != common.grams[i])
            if (2 * run > started)
                common.grams[common.count++] = common.grams[i];
    }
    return common;
}

static void with_course(const Exercise *exercise, const Prints *mine, const Prints *library,
                        const Prints *solution, Grade *grade)
{
    int percent = share(mine, solution);
    if (mine->whole == solution->whole && solution->count > 0)
        snprintf(grade->overlap, sizeof grade->overlap, "the worked answer, byte for byte");
    else if (percent >= SHARE_LEAST)
        overlap_add(grade, "the worked answer", percent, mine->count);
    else if ((percent = share(mine, library)) >= SHARE_LEAST)
        overlap_add(grade, exercise->file, percent, mine->count);
}

/* The other submission that has most of it. */
static void with_others(const Class *class, const Prints *all, size_t at, Grade *grade)
{
    int most = 0;
    size_t whose = 0;
    bool equal = false;
    for (size_t j = 0; j < class->count && !equal; j++) {
        if (j == at || all[j].grams == NULL)
            continue;
        equal = all[j].whole == all[at].whole;
        int percent = share(&all[at], &all[j]);
        if (equal || percent > most) {
            most = percent;
            whose = j;
        }
    }
    const char *name = class->submissions[whose].name;
    size_t used = strlen(grade->overlap), room = sizeof grade->overlap - used;
    if (equal)
        snprintf(grade->overlap + used, room, "%sthe same file as %.80s's", used > 0 ? "; " : "",
                 name);
    else if (most >= SHARE_LEAST)
        overlap_add(grade, name, most, all[at].count);
}

static void exercise_overlap(Class *class, size_t e)
{
    const Exercise *exercise = class->exercises[e];
    char path[2 * PATH_ROOM], tree[PATH_ROOM];
    Prints *all = memory_calloc(class->count, sizeof *all);
    Prints starter = prints_read(path_starter(exercise)),
           solution = prints_read(path_solution(exercise));
    snprintf(path, sizeof path, "lib/%.300s", exercise->file == NULL ? "" : exercise->file);
    Prints library = exercise->file == NULL ? (Prints){NULL, 0, 0} : prints_read(path);
    for (size_t i = 0; i < class->count; i++) {
        const Grade *grade = &class->submissions[i].grades[e];
        submission_tree(class, i, tree);
        snprintf(path, sizeof path, "%s/%s", tree, path_work(exercise));
        if (grade->taken && grade->state != GRADE_NOT_STARTED)
            all[i] = prints_read(path);
        prints_subtract(&all[i], &starter);
        with_course(exercise, &all[i], &library, &solution, &class->submissions[i].grades[e]);
    }
    Prints common = common_of(all, class->count);
    for (size_t i = 0; i < class->count; i++)
        prints_subtract(&all[i], &common);
    for (size_t i = 0; i < class->count; i++) {
        if (all[i].grams != NULL)
            with_others(class, all, i, &class->submissions[i].grades[e]);
    }
    for (size_t i = 0; i < class->count; i++)
        free(all[i].grams);
    free(all);
    free(starter.grams);
    free(solution.grams);
    free(library.grams);
    free(common.grams);
}

void class_overlap(Class *class)
{
    for (size_t e = 0; e < class->n_exercises; e++)
        if (!class->exercises[e]->paper) /* answers on paper are short, and the same when right */
            exercise_overlap(class, e);
}
