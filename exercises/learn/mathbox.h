/* mathbox: formulas as boxes of characters. Internal to mathtext.c and its neighbours. A table of
 * contents:
 *
 *   mathbox.c      boxes: text, rows, stacks, tall brackets
 *   mathsymbols.c  what each command looks like; letters above and below the line
 *   mathlist.c     a formula's atoms set side by side, with the right spaces; lines broken
 *   mathtext.c     reads TeX into atoms
 *   mathcommands.c commands with arguments: fractions, roots, brackets, matrices
 *
 * Everything lives in scratch memory, released when a formula is done. */
#ifndef LEARN_MATHBOX_H
#define LEARN_MATHBOX_H

#include "scratch.h"

/* How a formula is set: fractions stacked or in line; in a script; in Unicode or ASCII. */
typedef struct {
    bool stacked, script, unicode;
} MathLook;

/* ---- boxes -------------------------------------------------------------------------------------
 * `height` lines of `width` columns each; neighbours are level with line number `base`. */
typedef struct {
    const char **lines;
    int height, width, base;
} MathBox;

MathBox box_text(const char *text);
MathBox box_row(const MathBox *parts, size_t count);                 /* side by side, level */
MathBox box_stack(const MathBox *parts, size_t count, size_t level); /* level with parts[level] */
MathBox box_fraction(MathBox above, MathBox below, bool unicode);
MathBox box_frame(MathBox inside, bool unicode);
MathBox box_brackets(const char *open, MathBox inside, const char *close, bool unicode);
/* Columns centred, to the left, or by turns to the right and to the left. Missing cells are {0}. */
typedef enum { GRID_CENTRED, GRID_LEFT, GRID_ALIGNED } GridColumns;
MathBox box_grid(const MathBox *cells, size_t rows, size_t columns, GridColumns how);

/* ---- symbols ----------------------------------------------------------------------------- */
typedef enum {
    ATOM_LETTER,   /* letters, digits, anything that just stands there */
    ATOM_PREFIX,   /* holds on to what follows: a partial sign */
    ATOM_NAME,     /* sin, max: a space before what it is applied to */
    ATOM_LIMITS,   /* max, lim: the same, with what it runs over beneath it */
    ATOM_BIG,      /* sums and products */
    ATOM_BINARY,   /* + - */
    ATOM_RELATION, /* = < */
    ATOM_OPEN,
    ATOM_CLOSE,
    ATOM_COMMA,
    ATOM_TEXT,
    ATOM_FRACTION,
    ATOM_SPACE
} MathKind;

typedef struct {
    const char *name, *unicode, *ascii;
    MathKind kind;
} MathSymbol;

/* NULL for a name that is not in the table. */
const MathSymbol *math_symbol(const char *name, size_t size);

/* `text` in small letters above or below the line: by Unicode's where it has them all, else as
 * ^x, ^(x+1), _x, _{x+1}. */
const char *math_superscript(const char *text, bool unicode);
const char *math_subscript(const char *text, bool unicode);

/* A letter with a mark ("hat", "bar", "tilde", "vec", "dot") over it. */
const char *math_accent(const char *mark, const char *text, bool unicode);
/* The letters of "mathbb" or "mathcal", as far as Unicode has them in its first plane. */
const char *math_letters(const char *font, const char *text, bool unicode);

/* above/below in one line, with the brackets that it needs; a single character for one half. */
const char *math_quotient(const char *above, const char *below, bool unicode);
/* A root of `text` in one line. */
const char *math_root(const char *text, bool unicode);

/* ---- lists ------------------------------------------------------------------------------- */
typedef struct {
    MathBox box;
    MathKind kind;
    bool after_space; /* the source has a space before it */
    bool forced;      /* an operator that has spaces around it */
} MathAtom;

typedef struct {
    MathAtom *atoms;
    size_t count, capacity;
} MathList;

/* Reads TeX; a list ends where its text does. */
MathList math_read(const char *tex, size_t size, MathLook look);

void math_list_add(MathList *list, MathAtom atom);
MathBox math_list_box(MathList *list, MathLook look);
/* In lines of at most `width` columns, one below the other; NULL if it cannot be broken so. */
const char *math_list_lines(MathList *list, MathLook look, int width);

#endif
