/* bugs: gates on trial. A gate that cannot fail proves nothing, so wrong gradients are put into the
 * library one at a time, and every gate must report the row of the operation that was hurt.
 *
 *   bugs.c     the program: its options, the order of the trials, the summary
 *   table.c    subjects.txt, by-hand.txt, equivalent.txt and the recipe that the Makefile writes
 *   scan.c     C read as tokens: comments skipped, brackets paired, functions found
 *   mutate.c   the mutator: operators, signs, numbers, functions, flags
 *   places.c   the mutator: indices, bounds and what is lost
 *   trial.c    one bug: compiled, linked in place of the library's object, the gate run and judged
 *
 * A subject is a file of lib/ with the gate and the row that answer for it. A bug is a subject with
 * some stretches of its text replaced: by hand, from by-hand.txt, or by the mutator. Gates are put
 * on trial in double, as `make bugs` builds them.
 */
#ifndef WENGERT_BUGS_H
#define WENGERT_BUGS_H

#include "base/base.h"
#include "tokens.h"

/* ---- subjects -------------------------------------------------------------------------------- */
enum { FUNCTIONS_MAX = 12, EDITS_MAX = 6, WORD_MAX = 64, NOTE_MAX = 200 };

typedef struct {
    char file[WORD_MAX];    /* below lib/, as "ops/exp.c" */
    char chapter[WORD_MAX]; /* whose gate */
    char row[WORD_MAX];     /* the first word of its rows */
    /* What the mutator changes: with no name, every function that only backward uses; "+name" adds
     * one to those; names alone are the whole list; "-" means none. */
    char functions[FUNCTIONS_MAX][WORD_MAX];
    int n_functions;
    char *text; /* the file's */
    size_t size;
    char untouched[NOTE_MAX]; /* why the file as it stands fails; empty when it passes */
} Subject;

typedef struct {
    Subject *items;
    int count;
} Subjects;

/* ---- bugs ------------------------------------------------------------------------------------ */
typedef enum {
    NOT_RUN,
    CAUGHT,     /* built, ran to the closing line, and a row of the op was WRONG */
    SURVIVED,   /* the same, but every row passed */
    NO_VERDICT, /* did not build, crashed, did not end, or ended without a closing line */
    PASSED      /* for the untouched copy: every row passed */
} Verdict;

/* The bytes [begin, end) of the file become `text`. */
typedef struct {
    size_t begin, end;
    char *text;
} Edit;

typedef struct {
    Subject *subject;
    bool by_hand;
    bool sign;         /* a plain change of sign: at most a third may be */
    char id[WORD_MAX]; /* by hand: its name; mutated: row:line:column:kind */
    char *key;  /* mutated: file, function, kind and the tokens around: survives moved lines */
    char *says; /* by hand: the question; mutated: "before [old => new] after" */
    Edit edits[EDITS_MAX];
    int n_edits;
    const char *reason; /* why it is equivalent, when equivalent.txt says so */
    Verdict verdict;
    char note[NOTE_MAX]; /* what was seen */
} Bug;

typedef struct {
    Bug *items;
    int count, capacity;
} Bugs;

/* A zeroed bug at the end of the list. Pointers into the list are good until the next one. */
Bug *bugs_add(Bugs *bugs, Subject *subject);
/* The file of a bug's subject with its edits made; the caller frees. */
char *bug_text(const Bug *bug, size_t *size);

/* ---- tables ---------------------------------------------------------------------------------- */
/* One of equivalent.txt: the mutants with this key change nothing that a gate could see. */
typedef struct {
    char *key, *reason;
    int line;
    bool used;
} Equivalent;

typedef struct {
    Equivalent *items;
    int count;
} Equivalents;

/* What the Makefile tells: words of the commands, and for each chapter the objects of its gate. */
typedef struct {
    char *folder;                   /* where trials happen */
    char *tables;                   /* where the tables lie, "tests/bugs" */
    char *lib;                      /* the library's sources, "lib" */
    char *objects;                  /* where its objects lie, "build/cc/double/lib" */
    char **compile, **link, **libs; /* NULL-terminated lists of words */
    char ***gates;                  /* each: the chapter, then objects */
    char *memory;                   /* the pieces that words point into */
} Recipe;

Error recipe_read(Recipe *recipe, const char *path);
void recipe_free(Recipe *recipe);
Error subjects_read(Subjects *subjects, const char *path, const char *lib);
void subjects_free(Subjects *subjects);
/* Appends the bugs of by-hand.txt; each text to find must stand in its file exactly once. */
Error by_hand_read(Bugs *bugs, Subjects *subjects, const char *path);
Error equivalents_read(Equivalents *equivalents, const char *path);
void equivalents_free(Equivalents *equivalents);

/* ---- scan ------------------------------------------------------------------------------------ */
enum { HEADER_NONE, HEADER_START, HEADER_BOUND, HEADER_STEP };

typedef struct {
    TokenKind kind;
    size_t begin, end;
    int line, column; /* both from 1 */
    int partner;      /* of a bracket: the index of the one that closes or opens it; else -1 */
    int header;       /* which part of a for's header it stands in */
} Token;

typedef struct {
    int name, open, begin, end; /* tokens: its name, the ( of its parameters, its { and its } */
    bool selected;
} Span;

/* A variable of type size_t, and the tokens between which it is in scope. */
typedef struct {
    int name, begin, end;
} Variable;

typedef struct {
    const char *text;
    Token *tokens;
    int count;
    Span *functions;
    int n_functions;
    int *members; /* tokens naming size_t members of the file's structs; -1 between structs */
    int n_members;
} Source;

Error source_scan(Source *source, const char *text, size_t size);
void source_free(Source *source);
bool token_is(const Source *source, int i, const char *text); /* false outside the file */
bool token_same(const Source *source, int i, int j);
bool token_is_type(const Source *source, int i);
bool token_is_cast(const Source *source, int i);   /* a ( that opens a cast */
bool token_is_binary(const Source *source, int i); /* + - * / % between two operands */
int operand_end(const Source *source, int i);      /* after the unary operand beginning at i */
int operand_begin(const Source *source, int i);    /* of the operand whose last token is i */
int statement_end(const Source *source, int i);    /* the last token of the statement at i */
int argument_end(const Source *source, int i);     /* the , or ) that ends the argument at i */
/* The bracket that encloses token i most closely, within `function`; -1 for none. */
int enclosing(const Source *source, const Span *function, int i);
/* size_t variables in scope at token i, in the order of declaration; returns how many. */
int variables_at(const Source *source, const Span *function, int i, Variable *found, int max);
/* Chooses the functions to be mutated by the subject's list. */
Error functions_select(Source *source, const Subject *subject);

/* ---- mutate ---------------------------------------------------------------------------------- */
typedef struct {
    const Source *source;
    const Span *function;
    Subject *subject;
    Bugs *bugs;
    int first; /* this subject's first mutant in bugs */
} Mutator;

/* Appends every mutant of the subject's functions, in the order of the text. */
Error subject_mutate(Bugs *bugs, Subject *subject);
/* Tokens [from, to) become the text; `sign` says that only a sign changes. */
void mutant_add(Mutator *mutator, const char *kind, bool sign, int from, int to, const char *format,
                ...) __attribute__((format(printf, 6, 7)));
/* Whether the operator at i works on whole numbers: sizes, indices, offsets of a pointer. */
bool is_integer_place(const Mutator *mutator, int i);
bool is_pointer(const Mutator *mutator, int i); /* a name known to point to numbers */
void mutate_places(Mutator *mutator, int i);    /* in places.c: all of its kinds at token i */

/* ---- trials ---------------------------------------------------------------------------------- */
typedef struct {
    const Recipe *recipe;
    int jobs;
    double limit;                               /* seconds for the gate */
    void (*finished)(int index, void *context); /* after each, in whatever order they end */
    void *context;
} TrialSettings;

/* Runs bugs[index[0..count)], `jobs` at once, filling in verdict and note. */
Error trials_run(Bugs *bugs, const int *index, int count, const TrialSettings *settings);

#endif
