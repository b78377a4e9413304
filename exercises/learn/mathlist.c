/* mathlist: a formula's atoms set side by side. TeX forgets the spaces of its source and makes its
 * own, fine ones; a terminal has only whole columns, so here the source's spaces count where they
 * keep two names apart or stand around an operator. Long formulas are broken as a person would:
 * between two formulas first, then before = and its like, then before + and -. */
#include "mathbox.h"

#include <ctype.h>
#include <string.h>

void math_list_add(MathList *list, MathAtom atom)
{
    if (list->count == list->capacity) {
        size_t capacity = 2 * list->capacity + 8;
        MathAtom *atoms = scratch_alloc(capacity * sizeof *atoms);
        if (list->count > 0)
            memcpy(atoms, list->atoms, list->count * sizeof *atoms);
        list->atoms = atoms;
        list->capacity = capacity;
    }
    list->atoms[list->count++] = atom;
}

/* ---- spaces ------------------------------------------------------------------------------ */
static bool is_operator(const MathAtom *atom)
{
    return atom->kind == ATOM_BINARY || atom->kind == ATOM_RELATION;
}

static bool is_name(const MathAtom *atom)
{
    return atom->kind == ATOM_NAME || atom->kind == ATOM_LIMITS;
}

/* What is multiplied when it stands beside something else of the kind. */
static bool is_factor(const MathAtom *atom)
{
    return atom->kind == ATOM_LETTER || atom->kind == ATOM_FRACTION || atom->kind == ATOM_PREFIX ||
           atom->kind == ATOM_BIG || is_name(atom);
}

static bool is_text(const MathAtom *atom, const char *text)
{
    return strcmp(atom->box.lines[0], text) == 0;
}

/* A sign and not an operation: nothing stands before it that could be added to. */
static bool is_sign(const MathList *list, size_t at)
{
    const MathAtom *atom = &list->atoms[at];
    if (atom->kind != ATOM_BINARY ||
        !(is_text(atom, "-") || is_text(atom, "+") || is_text(atom, "±")))
        return false;
    while (at > 0 && list->atoms[at - 1].kind == ATOM_SPACE)
        at--;
    if (at == 0)
        return true;
    const MathAtom *before = &list->atoms[at - 1];
    bool bar = is_text(before, "|") && !atom->after_space;
    return bar || is_operator(before) || is_name(before) || before->kind == ATOM_OPEN ||
           before->kind == ATOM_COMMA || before->kind == ATOM_BIG || before->kind == ATOM_TEXT;
}

static bool is_alnum(char c)
{
    return isalnum((unsigned char)c) != 0;
}

/* Two names that would become one: a word beside a letter, or a letter behind a script like _b. */
static bool joins_words(const MathAtom *left, const MathAtom *right)
{
    const char *text = left->box.lines[left->box.base], *end = text + strlen(text);
    const char *begin = right->box.lines[right->box.base];
    if (end == text || !is_alnum(end[-1]) || !is_alnum(*begin))
        return false;
    bool word = end - text > 1 && (is_alnum(end[-2]) || strchr("_^", end[-2]) != NULL);
    return word || is_alnum(begin[1]);
}

static bool is_tall(const MathAtom *atom)
{
    return atom->kind == ATOM_FRACTION && atom->box.height > 1;
}

/* Between two atoms of which neither is an operator, a bracket or a comma. */
static bool parts_factors(const MathAtom *left, const MathAtom *right, MathLook look)
{
    if (is_text(left, "/") || (is_text(left, "d") && right->kind == ATOM_NAME))
        return right->after_space;
    if (is_name(left) && strchr("([", right->box.lines[0][0]) != NULL)
        return right->after_space;
    if (is_name(left) || is_name(right) || left->kind == ATOM_BIG || right->kind == ATOM_BIG)
        return true;
    if (is_tall(left) || right->kind == ATOM_FRACTION)
        return true;
    return (right->after_space && !look.script) || joins_words(left, right);
}

/* Whether `list` wants a column between the atoms at-1 and at. */
static bool wants_space(const MathList *list, size_t at, MathLook look)
{
    const MathAtom *left = &list->atoms[at - 1], *right = &list->atoms[at];
    if (left->kind == ATOM_SPACE || right->kind == ATOM_SPACE)
        return false;
    if (left->kind == ATOM_RELATION && right->kind == ATOM_RELATION)
        return right->after_space;
    if (is_sign(list, at - 1))
        return is_tall(right); /* a minus beside a bar is lost */
    if (left->kind == ATOM_OPEN || left->kind == ATOM_PREFIX || right->kind == ATOM_CLOSE)
        return false;
    if (is_operator(left) || (is_operator(right) && !is_sign(list, at)))
        return !look.script && (left->forced || right->forced || is_tall(left) || is_tall(right));
    if (left->kind == ATOM_COMMA || right->kind == ATOM_COMMA)
        return right->after_space && right->kind != ATOM_COMMA && !look.script;
    if (right->kind == ATOM_OPEN)
        return right->after_space || left->kind == ATOM_BIG || is_tall(left);
    return parts_factors(left, right, look);
}

/* Operators written with spaces around them keep them, and so do those that TeX gives some. */
static void mark_operators(MathList *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_operator(&list->atoms[i]))
            list->atoms[i].forced |= list->atoms[i].after_space ||
                                     (i + 1 < list->count && list->atoms[i + 1].after_space);
}

/* a/b times c must not be read as a over bc. */
static void mark_fractions(MathList *list)
{
    for (size_t i = 0; i + 1 < list->count; i++) {
        MathAtom *atom = &list->atoms[i];
        bool slash = atom->kind == ATOM_FRACTION && atom->box.height == 1 && atom->box.width > 1;
        if (slash && (is_factor(&list->atoms[i + 1]) || list->atoms[i + 1].kind == ATOM_OPEN))
            atom->box = box_text(scratch_format("(%s)", atom->box.lines[0]));
    }
}

static MathBox range_box(const MathList *list, size_t first, size_t end, MathLook look)
{
    MathBox *parts = scratch_alloc(2 * (end - first + 1) * sizeof *parts);
    size_t count = 0;
    for (size_t i = first; i < end; i++) {
        if (i > first && wants_space(list, i, look))
            parts[count++] = box_text(" ");
        parts[count++] = list->atoms[i].box;
    }
    return count > 0 ? box_row(parts, count) : box_text("");
}

MathBox math_list_box(MathList *list, MathLook look)
{
    mark_operators(list);
    mark_fractions(list);
    return range_box(list, 0, list->count, look);
}

/* ---- lines ------------------------------------------------------------------------------- */

/* How good it would be to begin a line at each atom: 4 after a wide space, 3 before a relation, 2
 * before a sum's next term, 1 between factors inside of brackets, 0 not at all. */
static int break_quality(const MathList *list, size_t at, int depth)
{
    const MathAtom *atom = &list->atoms[at], *before = &list->atoms[at - 1];
    if (before->kind == ATOM_SPACE && before->box.width >= 2)
        return depth == 0 ? 4 : 1;
    if (atom->kind == ATOM_RELATION && before->kind != ATOM_RELATION)
        return depth == 0 ? 3 : 1;
    if ((atom->kind == ATOM_BINARY && !is_sign(list, at)) ||
        (atom->kind == ATOM_TEXT && atom->after_space))
        return depth == 0 ? 2 : 1;
    return 0;
}

/* Where the line from `first` on ends, so that it is at most `width` wide; `first` if nowhere. */
static size_t line_end(const MathList *list, size_t first, MathLook look, int width)
{
    size_t best = first;
    int quality = 0, depth = 0;
    for (size_t i = first; i < list->count; i++) {
        int here = i > first ? break_quality(list, i, depth) : 0;
        if (here > 0 && range_box(list, first, i, look).width > width)
            return best;
        if (here > 0 && here >= quality) {
            best = i;
            quality = here;
        }
        depth += list->atoms[i].kind == ATOM_OPEN;
        depth -= list->atoms[i].kind == ATOM_CLOSE;
    }
    return range_box(list, first, list->count, look).width <= width ? list->count : best;
}

static const char *box_lines(const char *text, MathBox box, int indent)
{
    for (int i = 0; i < box.height; i++) {
        size_t length = strlen(box.lines[i]);
        while (length > 0 && box.lines[i][length - 1] == ' ')
            length--;
        text = scratch_format("%s%*s%.*s\n", text, indent, "", (int)length, box.lines[i]);
    }
    return text;
}

const char *math_list_lines(MathList *list, MathLook look, int width)
{
    const char *text = "";
    int indent = 0;
    bool tall = false;
    mark_operators(list);
    mark_fractions(list);
    for (size_t first = 0, end; first < list->count; first = end) {
        end = line_end(list, first, look, width - indent);
        if (end == first)
            return NULL;
        size_t last = end;
        while (last > first && list->atoms[last - 1].kind == ATOM_SPACE)
            last--;
        MathBox box = range_box(list, first, last, look);
        if (*text != '\0' && (tall || box.height > 1))
            text = scratch_format("%s\n", text);
        text = box_lines(text, box, indent);
        tall = box.height > 1;
        indent = end < list->count && is_operator(&list->atoms[end]) ? 4 : 0;
    }
    size_t length = strlen(text);
    return scratch_format("%.*s", length > 0 ? (int)length - 1 : 0, text);
}
