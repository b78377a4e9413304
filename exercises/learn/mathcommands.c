/* mathcommands: TeX's commands that have arguments: fractions, roots, words, marks over letters,
 * braces, brackets that grow, matrices. In one line where the look says so. */
#include "mathread.h"

#include "terminal.h"

#include <string.h>

/* ---- commands with arguments ------------------------------------------------------------- */
static MathAtom fraction(Reader *reader, bool small, MathLook look)
{
    if (look.stacked && !small && !look.script) {
        MathBox above = box_text(argument_line(reader, look));
        MathBox below = box_text(argument_line(reader, look));
        return atom_of(ATOM_FRACTION, box_fraction(above, below, look.unicode));
    }
    const char *above = argument_line(reader, look), *below = argument_line(reader, look);
    return atom_of(ATOM_FRACTION, box_text(math_quotient(above, below, look.unicode)));
}

static MathAtom root(Reader *reader, MathLook look)
{
    if (reader->at < reader->end && *reader->at == '[') {
        Reader degree = {reader->at + 1, reader->end};
        while (reader->at < reader->end && *reader->at != ']')
            reader->at++;
        degree.end = reader->at;
        reader->at += reader->at < reader->end;
        const char *text = scratch_format("%.*s", (int)(degree.end - degree.at), degree.at);
        const char *line = math_root(argument_line(reader, look), look.unicode);
        text = math_superscript(text, look.unicode);
        return atom_of(ATOM_LETTER, box_text(scratch_format("%s%s", text, line)));
    }
    MathList inside = argument(reader, look);
    MathBox box = math_list_box(&inside, look);
    if (box.height == 1)
        return atom_of(ATOM_LETTER, box_text(math_root(box.lines[0], look.unicode)));
    MathBox parts[2] = {box_text(look.unicode ? "√" : "sqrt"),
                        box_brackets("(", box, ")", look.unicode)};
    return atom_of(ATOM_LETTER, box_row(parts, 2));
}

static MathAtom words(Reader *reader, bool text)
{
    const char *all = argument_words(reader);
    if (!text)
        return atom_of(text_width(all) > 1 ? ATOM_NAME : ATOM_LETTER, box_text(all));
    size_t length = strlen(all), first = strspn(all, " ");
    bool space_after = length > first && all[length - 1] == ' ';
    while (length > first && all[length - 1] == ' ')
        length--;
    all = scratch_format("%.*s", (int)(length - first), all + first);
    MathAtom atom = atom_of(ATOM_TEXT, box_text(all));
    atom.after_space = first > 0;
    atom.forced = space_after;
    return atom;
}

static MathAtom underbrace(Reader *reader, MathLook look)
{
    MathList inside = argument(reader, look);
    MathBox box = math_list_box(&inside, look);
    Token token = peek_token(reader);
    if (!token_is(&token, false, "_"))
        return atom_of(ATOM_LETTER, box);
    next_token(reader);
    const char *label = argument_line(reader, look);
    if (!look.stacked)
        return atom_of(ATOM_LETTER, box_text(scratch_format("%s [%s]", box.lines[0], label)));
    const char *bar = "";
    for (int i = 2; i < box.width; i++)
        bar = scratch_format("%s%s", bar, look.unicode ? "─" : "-");
    MathBox parts[3] = {box, box_text(scratch_format(look.unicode ? "╰%s╯" : "'%s'", bar)),
                        box_text(label)};
    return atom_of(ATOM_LETTER, box_stack(parts, 3, 0));
}

static MathAtom boxed(Reader *reader, MathLook look)
{
    MathList inside = argument(reader, look);
    MathBox box = math_list_box(&inside, look);
    bool frame = look.stacked && !look.script;
    return atom_of(ATOM_LETTER, frame ? box_frame(box, look.unicode)
                                      : box_text(scratch_format("[ %s ]", box.lines[0])));
}

/* ---- brackets and grids ------------------------------------------------------------------ */

/* What follows \left or \right: one sign, "" for a full stop. */
static const char *bracket(Reader *reader, MathLook look)
{
    Token token = next_token(reader);
    const MathSymbol *symbol = token.command ? math_symbol(token.text, token.size) : NULL;
    if (token_is(&token, false, "."))
        return "";
    return symbol != NULL ? (look.unicode ? symbol->unicode : symbol->ascii)
                          : scratch_format("%.*s", (int)token.size, token.text);
}

static MathAtom brackets(Reader *reader, MathLook look)
{
    const char *open = bracket(reader, look);
    MathList inside = read_list(reader, STOP_RIGHT, look);
    next_token(reader);
    const char *close = bracket(reader, look);
    MathBox box = math_list_box(&inside, look);
    return atom_of(ATOM_LETTER, box_brackets(open, box, close, look.unicode));
}

typedef struct {
    const char *name, *open, *close, *inline_open, *inline_close;
    GridColumns columns;
} Grid;

static const Grid *grid_find(const char *name)
{
    static const Grid grids[] = {
        {"pmatrix", "(", ")", "(", ")", GRID_CENTRED},
        {"bmatrix", "[", "]", "[", "]", GRID_CENTRED},
        {"vmatrix", "|", "|", "|", "|", GRID_CENTRED},
        {"matrix", "", "", "[", "]", GRID_CENTRED},
        {"array", "", "", "[", "]", GRID_CENTRED},
        {"cases", "{", "", "{", "}", GRID_LEFT},
        {"aligned", "", "", "", "", GRID_ALIGNED},
        {"align", "", "", "", "", GRID_ALIGNED},
        {"gathered", "", "", "", "", GRID_CENTRED},
    };
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++)
        if (strcmp(grids[i].name, name) == 0)
            return &grids[i];
    return NULL;
}

/* The cells up to \end, row by row, all rows with room for as many cells as the widest has. */
static MathBox *read_cells(Reader *reader, MathLook look, size_t *rows, size_t *columns)
{
    enum { MOST = 16 };
    MathBox *cells = scratch_alloc(MOST * MOST * sizeof *cells);
    memset(cells, 0, MOST * MOST * sizeof *cells);
    size_t row = 0, column = 0;
    *columns = 0;
    for (;;) {
        MathList list = read_list(reader, STOP_CELL, look);
        if (list.count > 0 && row < MOST && column < MOST)
            cells[row * MOST + column] = math_list_box(&list, look);
        *columns = column + 1 > *columns && list.count > 0 && column < MOST ? column + 1 : *columns;
        *rows = list.count > 0 && row < MOST ? row + 1 : *rows;
        Token token = next_token(reader);
        if (token_is(&token, false, "&"))
            column++;
        else if (token_ends_row(&token)) {
            row++;
            column = 0;
        } else
            break; /* \end, or the end of the text */
    }
    for (row = 0; row < *rows; row++) /* close the ranks */
        memmove(cells + row * *columns, cells + row * MOST, *columns * sizeof *cells);
    return cells;
}

/* In one line: rows with semicolons between, as in [1 2; 3 4]. */
static MathBox grid_line(const MathBox *cells, size_t rows, size_t columns, const Grid *grid)
{
    static const char *const between[] = {"", " ", "; "};
    const char *line = grid->inline_open;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) {
            const MathBox *cell = &cells[r * columns + c];
            if (cell->height > 0)
                line = scratch_format("%s%s%s", line, between[c > 0 ? 1 : r > 0 ? 2 : 0],
                                      cell->lines[0]);
        }
    return box_text(scratch_format("%s%s", line, grid->inline_close));
}

static MathAtom environment(Reader *reader, MathLook look)
{
    const char *name = argument_words(reader);
    const Grid *grid = grid_find(name);
    if (grid == NULL)
        return atom_of(ATOM_LETTER, box_text(scratch_format("\\begin{%s}", name)));
    if (strcmp(name, "array") == 0)
        argument_skip(reader); /* how its columns are aligned */
    size_t rows = 0, columns;
    MathLook cell_look = look;
    cell_look.stacked = look.stacked && grid->columns == GRID_ALIGNED;
    MathBox *cells = read_cells(reader, cell_look, &rows, &columns);
    argument_skip(reader); /* the name behind \end */
    if (!look.stacked || look.script)
        return atom_of(ATOM_LETTER, grid_line(cells, rows, columns, grid));
    MathBox box = box_grid(cells, rows, columns, grid->columns);
    return atom_of(ATOM_LETTER, box_brackets(grid->open, box, grid->close, look.unicode));
}

/* Commands with arguments; false for one that is none of them. */
bool read_command_atom(Reader *reader, const Token *token, MathLook look, MathAtom *atom)
{
    static const char *const accents = " hat widehat bar overline tilde widetilde vec dot ";
    static const char *const texts = " text textrm textit textbf texttt mbox ";
    static const char *const fonts = " mathrm mathit mathbf mathsf mathtt boldsymbol operatorname ";
    const char *name = scratch_format(" %.*s ", (int)token->size, token->text);
    const char *bare = scratch_format("%.*s", (int)token->size, token->text);
    if (strcmp(bare, "frac") == 0 || strcmp(bare, "tfrac") == 0 || strcmp(bare, "dfrac") == 0)
        *atom = fraction(reader, *bare == 't', look);
    else if (strcmp(bare, "sqrt") == 0)
        *atom = root(reader, look);
    else if (strstr(texts, name) != NULL)
        *atom = words(reader, true);
    else if (strstr(fonts, name) != NULL)
        *atom = words(reader, false);
    else if (strstr(accents, name) != NULL)
        *atom = atom_of(ATOM_LETTER,
                        box_text(math_accent(bare, argument_line(reader, look), look.unicode)));
    else if (strcmp(bare, "mathcal") == 0 || strcmp(bare, "mathbb") == 0)
        *atom = atom_of(ATOM_LETTER,
                        box_text(math_letters(bare, argument_line(reader, look), look.unicode)));
    else if (strcmp(bare, "mathrel") == 0 || strcmp(bare, "mathbin") == 0)
        *atom = atom_of(bare[4] == 'r' ? ATOM_RELATION : ATOM_BINARY,
                        box_text(argument_line(reader, look)));
    else if (strcmp(bare, "underbrace") == 0)
        *atom = underbrace(reader, look);
    else if (strcmp(bare, "boxed") == 0)
        *atom = boxed(reader, look);
    else if (strcmp(bare, "left") == 0)
        *atom = brackets(reader, look);
    else if (strcmp(bare, "begin") == 0)
        *atom = environment(reader, look);
    else
        return false;
    return true;
}
