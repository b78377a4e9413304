/* mathtext: reads the TeX of the lessons' formulas into atoms. It knows the commands that the
 * lessons use; one that it does not know stays as it was written, and a test then fails. The look
 * decides how a fraction or a sum is set; inside a script everything is in one line. */
#include "mathread.h"

#include "terminal.h"

#include <ctype.h>
#include <string.h>

/* ---- tokens ------------------------------------------------------------------------------ */
static bool skip_spaces(Reader *reader)
{
    const char *from = reader->at;
    while (reader->at < reader->end && isspace((unsigned char)*reader->at))
        reader->at++;
    return reader->at > from;
}

Token next_token(Reader *reader)
{
    Token token = {.after_space = skip_spaces(reader)};
    size_t left = (size_t)(reader->end - reader->at);
    int columns;
    token.command = left > 1 && *reader->at == '\\';
    token.text = reader->at += token.command;
    left -= token.command;
    if (token.command && isalpha((unsigned char)*token.text))
        while (token.size < left && isalpha((unsigned char)token.text[token.size]))
            token.size++;
    else
        token.size = text_piece(token.text, left, &columns);
    reader->at += token.size;
    return token;
}

bool token_is(const Token *token, bool command, const char *text)
{
    return token->command == command && token->size == strlen(text) &&
           memcmp(token->text, text, token->size) == 0;
}

bool token_ends_row(const Token *token)
{
    return token_is(token, true, "\\") || token_is(token, true, "cr");
}

Token peek_token(const Reader *reader)
{
    Reader ahead = *reader;
    return next_token(&ahead);
}

/* ---- arguments --------------------------------------------------------------------------- */

/* The source of a group in braces, or of the one token that stands for it. */
static Reader argument_source(Reader *reader)
{
    Token brace = peek_token(reader);
    Reader inside = *reader;
    next_token(reader);
    if (!token_is(&brace, false, "{"))
        return (Reader){brace.text - brace.command, reader->at};
    inside.at = inside.end = reader->at;
    for (int depth = 1; depth > 0 && reader->at < reader->end;) {
        inside.end = reader->at;
        Token token = next_token(reader);
        depth += token_is(&token, false, "{") - token_is(&token, false, "}");
        if (depth > 0)
            inside.end = reader->at;
    }
    return inside;
}

static MathAtom read_atom(Reader *reader, Token token, MathLook look);

/* A group, or one token, which may be a command with arguments of its own: x^\frac12. */
MathList argument(Reader *reader, MathLook look)
{
    Token token = peek_token(reader);
    if (token_is(&token, false, "{")) {
        Reader source = argument_source(reader);
        return read_list(&source, STOP_NOWHERE, look);
    }
    MathList one = {NULL, 0, 0};
    token = next_token(reader);
    if (token.size > 0)
        math_list_add(&one, read_atom(reader, token, look));
    return one;
}

MathLook look_in_line(MathLook look)
{
    look.stacked = false;
    return look;
}

const char *argument_line(Reader *reader, MathLook look)
{
    MathList list = argument(reader, look_in_line(look));
    return math_list_box(&list, look_in_line(look)).lines[0];
}

/* Text as it stands, but for backslashes before signs; dollars in it are formulas again. */
const char *argument_words(Reader *reader)
{
    Reader source = argument_source(reader);
    const char *words = "";
    for (; source.at < source.end; source.at++)
        if (*source.at != '\\' && *source.at != '$')
            words = scratch_format("%s%c", words, *source.at == '~' ? ' ' : *source.at);
    return words;
}

void argument_skip(Reader *reader)
{
    argument_source(reader);
}

MathAtom atom_of(MathKind kind, MathBox box)
{
    return (MathAtom){.box = box, .kind = kind};
}

/* ---- scripts ----------------------------------------------------------------------------- */

/* What stands above and below the line behind an atom, as it is to be written there: small letters,
 * or for limits the text itself. */
typedef struct {
    const char *above, *below; /* NULL: nothing */
} Scripts;

/* A word is not made small: it would be hard to read. */
static const char *read_script(Reader *reader, MathLook look, bool limits, bool above)
{
    look.stacked = false;
    look.script = !limits;
    MathList list = argument(reader, look);
    MathKind first = list.count > 0 ? list.atoms[0].kind : ATOM_LETTER;
    const char *text = math_list_box(&list, look).lines[0];
    bool small = look.unicode && first != ATOM_NAME && first != ATOM_LIMITS && first != ATOM_TEXT;
    return limits ? text : above ? math_superscript(text, small) : math_subscript(text, small);
}

static const char *primes(int count, bool unicode)
{
    static const char *const few[] = {"", "′", "″", "‴"};
    const char *marks = unicode && count < 4 ? few[count] : "";
    for (int i = unicode && count < 4 ? count : 0; i < count; i++)
        marks = scratch_format("%s%s", marks, unicode ? "′" : "'");
    return marks;
}

static Scripts read_scripts(Reader *reader, MathLook look, bool limits)
{
    Scripts scripts = {NULL, NULL};
    int count = 0;
    for (;;) {
        Token token = peek_token(reader);
        bool prime = token_is(&token, false, "'"), above = token_is(&token, false, "^"),
             below = token_is(&token, false, "_");
        if (!prime && !above && !below)
            break;
        next_token(reader);
        count += prime;
        if (above)
            scripts.above = read_script(reader, look, limits, true);
        if (below)
            scripts.below = read_script(reader, look, limits, false);
    }
    const char *above = scripts.above != NULL ? scripts.above : "";
    if (count > 0)
        scripts.above = scratch_format("%s%s", primes(count, look.unicode), above);
    return scripts;
}

/* Over and under the sign, as sums in displayed formulas have it. */
static MathBox with_limits(MathBox sign, const Scripts *scripts)
{
    MathBox parts[3];
    size_t count = 0, level = scripts->above != NULL;
    if (scripts->above != NULL)
        parts[count++] = box_text(scripts->above);
    parts[count++] = sign;
    if (scripts->below != NULL)
        parts[count++] = box_text(scripts->below);
    return box_stack(parts, count, level);
}

/* A tall box has its scripts at its corners, level with its first and last line. */
static MathBox with_corners(MathBox box, const char *above, const char *below)
{
    MathBox *column = scratch_alloc((size_t)box.height * sizeof *column);
    for (int i = 0; i < box.height; i++)
        column[i] = box_text(i == 0 ? above : i == box.height - 1 ? below : "");
    MathBox parts[2] = {box, box_stack(column, (size_t)box.height, (size_t)box.base)};
    return box_row(parts, 2);
}

static void add_scripts(Reader *reader, MathAtom *atom, MathLook look)
{
    bool limits = look.stacked && (atom->kind == ATOM_BIG || atom->kind == ATOM_LIMITS);
    Scripts scripts = read_scripts(reader, look, limits);
    if (scripts.above == NULL && scripts.below == NULL)
        return;
    if (limits) {
        atom->box = with_limits(atom->box, &scripts);
        return;
    }
    const char *below = scripts.below != NULL ? scripts.below : "";
    const char *above = scripts.above != NULL ? scripts.above : "";
    if (atom->box.height > 1)
        atom->box = with_corners(atom->box, above, below);
    else
        atom->box = box_text(scratch_format("%s%s%s", atom->box.lines[0], below, above));
    if (atom->kind == ATOM_FRACTION || atom->kind == ATOM_BINARY || atom->kind == ATOM_OPEN)
        atom->kind = ATOM_LETTER;
}

/* ---- atoms ------------------------------------------------------------------------------- */

static MathKind kind_of(const Token *token, const Reader *rest)
{
    static const char *const signs[] = {"([", ")]", ",;.", "+-*", "=<>"};
    static const MathKind values[] = {ATOM_OPEN, ATOM_CLOSE, ATOM_COMMA, ATOM_BINARY,
                                      ATOM_RELATION};
    if (token_is(token, false, ".") && rest->at < rest->end && isdigit((unsigned char)*rest->at))
        return ATOM_LETTER; /* a decimal point */
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (token->size == 1 && strchr(signs[i], *token->text) != NULL)
            return values[i];
    if (token_is(token, false, ":"))
        return token->after_space ? ATOM_RELATION : ATOM_COMMA;
    return token_is(token, false, "~") ? ATOM_SPACE : ATOM_LETTER;
}

static MathAtom read_atom(Reader *reader, Token token, MathLook look)
{
    MathAtom atom;
    if (token_is(&token, false, "{")) { /* a group stands for one letter */
        reader->at = token.text;
        MathList inside = argument(reader, look);
        return atom_of(ATOM_LETTER, math_list_box(&inside, look));
    }
    if (!token.command) {
        const char *text = scratch_format("%.*s", (int)token.size, token.text);
        return atom_of(kind_of(&token, reader), box_text(*text == '~' ? " " : text));
    }
    if (read_command_atom(reader, &token, look, &atom))
        return atom;
    const MathSymbol *symbol = math_symbol(token.text, token.size);
    if (symbol == NULL)
        return atom_of(ATOM_LETTER,
                       box_text(scratch_format("\\%.*s", (int)token.size, token.text)));
    atom = atom_of(symbol->kind, box_text(look.unicode ? symbol->unicode : symbol->ascii));
    atom.forced = symbol->kind == ATOM_RELATION;
    return atom;
}

/* What only changes a size. */
static bool is_size(const Token *token)
{
    static const char sizes[] = " big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr "
                                "scriptstyle nonumber limits nolimits ";
    return token->command &&
           strstr(sizes, scratch_format(" %.*s ", (int)token->size, token->text)) != NULL;
}

static bool stops(const Token *token, Stop stop)
{
    if (stop == STOP_RIGHT)
        return token_is(token, true, "right");
    return stop == STOP_CELL &&
           (token_is(token, false, "&") || token_ends_row(token) || token_is(token, true, "end"));
}

MathList read_list(Reader *reader, Stop stop, MathLook look)
{
    MathList list = {NULL, 0, 0};
    bool space = false; /* words bring a space of their own */
    for (;;) {
        Token token = peek_token(reader);
        if (token.size == 0 || stops(&token, stop))
            return list;
        next_token(reader);
        if (token_is(&token, true, "displaystyle") || token_is(&token, true, "textstyle"))
            look.stacked = token_is(&token, true, "displaystyle") && !look.script;
        else if (!is_size(&token)) {
            MathAtom atom = read_atom(reader, token, look);
            atom.after_space |= token.after_space || space;
            space = atom.kind == ATOM_TEXT && atom.forced;
            add_scripts(reader, &atom, look);
            math_list_add(&list, atom);
        } else
            space |= token.after_space;
    }
}

MathList math_read(const char *tex, size_t size, MathLook look)
{
    Reader reader = {tex, tex + size};
    return read_list(&reader, STOP_NOWHERE, look);
}
