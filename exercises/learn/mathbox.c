/* mathbox: boxes of characters, set side by side or one above the other. A box's lines all have its
 * width, so that whatever is put beside them stays in its column. Taught nowhere; it shows the
 * lessons' formulas in ./learn read. */
#include "mathbox.h"

#include "read.h"
#include "terminal.h"

#include <string.h>

/* ---- making ------------------------------------------------------------------------------ */
static const char *padded(const char *text, int left, int width)
{
    int right = width - left - text_width(text);
    return scratch_format("%*s%s%*s", left, "", text, right > 0 ? right : 0, "");
}

static MathBox box_make(int height, int width, int base)
{
    MathBox box = {scratch_alloc((size_t)height * sizeof(char *)), height, width, base};
    for (int i = 0; i < height; i++)
        box.lines[i] = "";
    return box;
}

MathBox box_text(const char *text)
{
    MathBox box = box_make(1, text_width(text), 0);
    box.lines[0] = text;
    return box;
}

static MathBox repeated(const char *piece, int count)
{
    const char *text = "";
    for (int i = 0; i < count; i++)
        text = scratch_format("%s%s", text, piece);
    return box_text(text);
}

MathBox box_row(const MathBox *parts, size_t count)
{
    int above = 0, below = 1;
    for (size_t i = 0; i < count; i++) {
        above = parts[i].base > above ? parts[i].base : above;
        below = parts[i].height - parts[i].base > below ? parts[i].height - parts[i].base : below;
    }
    MathBox row = box_make(above + below, 0, above);
    for (size_t i = 0; i < count; i++) {
        for (int line = 0; line < row.height; line++) {
            int own = line - above + parts[i].base;
            bool there = own >= 0 && own < parts[i].height;
            const char *text = padded(there ? parts[i].lines[own] : "", 0, parts[i].width);
            row.lines[line] = scratch_format("%s%s", row.lines[line], text);
        }
        row.width += parts[i].width;
    }
    return row;
}

MathBox box_stack(const MathBox *parts, size_t count, size_t level)
{
    MathBox stack = {.base = 0};
    for (size_t i = 0; i < count; i++) {
        stack.base += i < level ? parts[i].height : i == level ? parts[i].base : 0;
        stack.height += parts[i].height;
        stack.width = parts[i].width > stack.width ? parts[i].width : stack.width;
    }
    stack = box_make(stack.height, stack.width, stack.base);
    int line = 0;
    for (size_t i = 0; i < count; i++)
        for (int own = 0; own < parts[i].height; own++)
            stack.lines[line++] =
                padded(parts[i].lines[own], (stack.width - parts[i].width) / 2, stack.width);
    return stack;
}

MathBox box_fraction(MathBox above, MathBox below, bool unicode)
{
    int width = above.width > below.width ? above.width : below.width;
    MathBox parts[3] = {above, repeated(unicode ? "─" : "-", width), below};
    return box_stack(parts, 3, 1);
}

MathBox box_frame(MathBox inside, bool unicode)
{
    const char *side = unicode ? "│" : "|";
    const char *bar = repeated(unicode ? "─" : "-", inside.width + 2).lines[0];
    MathBox frame = box_make(inside.height + 2, inside.width + 4, inside.base + 1);
    frame.lines[0] = scratch_format(unicode ? "┌%s┐" : "+%s+", bar);
    frame.lines[inside.height + 1] = scratch_format(unicode ? "└%s┘" : "+%s+", bar);
    for (int i = 0; i < inside.height; i++)
        frame.lines[i + 1] = scratch_format("%s %s %s", side,
                                            padded(inside.lines[i], 0, inside.width), side);
    return frame;
}

/* ---- brackets ---------------------------------------------------------------------------- */

/* The pieces of a tall bracket: at its top, between, at its bottom, and a brace's tip. */
static const char *bracket_piece(const char *bracket, int line, int height, bool unicode)
{
    static const struct {
        const char *bracket, *pieces[4];
    } tall[] = {
        {"(", {"⎛", "⎜", "⎝", "⎜"}}, {")", {"⎞", "⎟", "⎠", "⎟"}}, {"[", {"⎡", "⎢", "⎣", "⎢"}},
        {"]", {"⎤", "⎥", "⎦", "⎥"}}, {"{", {"⎧", "⎪", "⎩", "⎨"}}, {"}", {"⎫", "⎪", "⎭", "⎬"}},
        {"|", {"│", "│", "│", "│"}},
    };
    int which = line == 0 ? 0 : line == height - 1 ? 2 : line == height / 2 ? 3 : 1;
    for (size_t i = 0; unicode && i < sizeof tall / sizeof *tall; i++)
        if (strcmp(bracket, tall[i].bracket) == 0)
            return tall[i].pieces[which];
    return bracket; /* in ASCII the same one over again */
}

static MathBox bracket_box(const char *bracket, MathBox beside, bool unicode)
{
    MathBox box = box_make(beside.height, text_width(bracket), beside.base);
    for (int i = 0; i < beside.height; i++)
        box.lines[i] =
            beside.height > 1 ? bracket_piece(bracket, i, beside.height, unicode) : bracket;
    return box;
}

MathBox box_brackets(const char *open, MathBox inside, const char *close, bool unicode)
{
    MathBox parts[3] = {bracket_box(open, inside, unicode), inside,
                        bracket_box(close, inside, unicode)};
    return box_row(parts, 3);
}

/* ---- grids ------------------------------------------------------------------------------- */
static int column_width(const MathBox *cells, size_t rows, size_t columns, size_t column)
{
    int width = 0;
    for (size_t r = 0; r < rows; r++)
        if (cells[r * columns + column].width > width)
            width = cells[r * columns + column].width;
    return width;
}

MathBox box_grid(const MathBox *cells, size_t rows, size_t columns, GridColumns how)
{
    MathBox *lines = scratch_alloc(rows * sizeof *lines);
    for (size_t r = 0; r < rows; r++) {
        MathBox *parts = scratch_alloc(3 * columns * sizeof *parts);
        size_t count = 0;
        for (size_t c = 0; c < columns; c++) {
            const MathBox *cell = &cells[r * columns + c];
            int room = column_width(cells, rows, columns, c) - cell->width;
            int left = how == GRID_CENTRED ? room / 2 : 0;
            if (how == GRID_ALIGNED && c % 2 == 0)
                left = room;
            int apart = how == GRID_ALIGNED ? 1 : 2;
            parts[count++] = repeated(" ", left + (c > 0 ? apart : 0));
            if (cell->height > 0)
                parts[count++] = *cell;
            parts[count++] = repeated(" ", room - left);
        }
        lines[r] = box_row(parts, count);
    }
    MathBox grid = box_stack(lines, rows, 0);
    grid.base = (grid.height - 1) / 2;
    return grid;
}

/* ---- the whole --------------------------------------------------------------------------- */
static MathList read_whole(const char *tex, size_t size, bool stacked, bool unicode)
{
    return math_read(tex, size, (MathLook){.stacked = stacked, .unicode = unicode});
}

char *math_inline(const char *tex, size_t size, bool unicode)
{
    ArenaMark mark = scratch_mark();
    MathList list = read_whole(tex, size, false, unicode);
    char *text = text_format("%s", math_list_box(&list, (MathLook){.unicode = unicode}).lines[0]);
    scratch_release(mark);
    return text;
}

char *math_display(const char *tex, size_t size, int width, bool unicode)
{
    ArenaMark mark = scratch_mark();
    MathLook look = {.stacked = true, .unicode = unicode};
    MathList list = read_whole(tex, size, true, unicode);
    const char *lines = math_list_lines(&list, look, width);
    if (lines == NULL) { /* a part is wider than the page: in one line it can be broken anywhere */
        list = read_whole(tex, size, false, unicode);
        lines = math_list_box(&list, (MathLook){.unicode = unicode}).lines[0];
    }
    char *text = text_format("%s", lines);
    scratch_release(mark);
    return text;
}
