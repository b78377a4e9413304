/* mathsymbols: what TeX's commands look like in a terminal, in Unicode and in ASCII, and the small
 * letters above and below the line. Unicode has only some of those: where one is wanting, the whole
 * script is written as x_{bc} or x^(q), for half a script in small letters would be read as two. */
#include "mathbox.h"

#include "terminal.h"
#include "text/text.h"

#include <ctype.h>
#include <string.h>

const MathSymbol *math_symbol(const char *name, size_t size)
{
    static const MathSymbol symbols[] = {
        {"alpha", "α", "alpha", ATOM_LETTER}, {"beta", "β", "beta", ATOM_LETTER},
        {"gamma", "γ", "gamma", ATOM_LETTER}, {"delta", "δ", "delta", ATOM_LETTER},
        {"epsilon", "ϵ", "eps", ATOM_LETTER}, {"varepsilon", "ε", "vareps", ATOM_LETTER},
        {"zeta", "ζ", "zeta", ATOM_LETTER}, {"eta", "η", "eta", ATOM_LETTER},
        {"theta", "θ", "theta", ATOM_LETTER}, {"iota", "ι", "iota", ATOM_LETTER},
        {"kappa", "κ", "kappa", ATOM_LETTER}, {"mu", "μ", "mu", ATOM_LETTER},
        {"nu", "ν", "nu", ATOM_LETTER}, {"xi", "ξ", "xi", ATOM_LETTER},
        {"pi", "π", "pi", ATOM_LETTER}, {"rho", "ρ", "rho", ATOM_LETTER},
        {"sigma", "σ", "sigma", ATOM_LETTER}, {"tau", "τ", "tau", ATOM_LETTER},
        {"phi", "ϕ", "phi", ATOM_LETTER}, {"varphi", "φ", "varphi", ATOM_LETTER},
        {"chi", "χ", "chi", ATOM_LETTER}, {"psi", "ψ", "psi", ATOM_LETTER},
        {"omega", "ω", "omega", ATOM_LETTER}, {"Gamma", "Γ", "Gamma", ATOM_LETTER},
        {"Delta", "Δ", "Delta", ATOM_LETTER}, {"Theta", "Θ", "Theta", ATOM_LETTER},
        {"Lambda", "Λ", "Lambda", ATOM_LETTER}, {"Xi", "Ξ", "Xi", ATOM_LETTER},
        {"Pi", "Π", "Pi", ATOM_LETTER}, {"Sigma", "Σ", "Sigma", ATOM_LETTER},
        {"Phi", "Φ", "Phi", ATOM_LETTER}, {"Psi", "Ψ", "Psi", ATOM_LETTER},
        {"Omega", "Ω", "Omega", ATOM_LETTER}, {"lambda", "λ", "lambda", ATOM_LETTER},
        {"infty", "∞", "inf", ATOM_LETTER}, {"ell", "ℓ", "l", ATOM_LETTER},
        {"dots", "…", "...", ATOM_LETTER}, {"ldots", "…", "...", ATOM_LETTER},
        {"cdots", "⋯", "...", ATOM_LETTER}, {"vdots", "⋮", ":", ATOM_LETTER},
        {"ddots", "⋱", "\\", ATOM_LETTER}, {"top", "⊤", "T", ATOM_LETTER},
        {"square", "□", "[]", ATOM_LETTER}, {"prime", "′", "'", ATOM_LETTER},
        {"emptyset", "∅", "{}", ATOM_LETTER}, {"forall", "∀", "for all ", ATOM_LETTER},
        {"exists", "∃", "exists ", ATOM_LETTER}, {"checkmark", "✓", "ok", ATOM_LETTER},
        {"_", "_", "_", ATOM_LETTER}, {"%", "%", "%", ATOM_LETTER}, {"#", "#", "#", ATOM_LETTER},
        {"&", "&", "&", ATOM_LETTER}, {"$", "$", "$", ATOM_LETTER},
        {"partial", "∂", "d", ATOM_PREFIX}, {"nabla", "∇", "grad ", ATOM_PREFIX},
        {"sin", "sin", "sin", ATOM_NAME}, {"cos", "cos", "cos", ATOM_NAME},
        {"tan", "tan", "tan", ATOM_NAME}, {"sinh", "sinh", "sinh", ATOM_NAME},
        {"cosh", "cosh", "cosh", ATOM_NAME}, {"tanh", "tanh", "tanh", ATOM_NAME},
        {"exp", "exp", "exp", ATOM_NAME}, {"ln", "ln", "ln", ATOM_NAME},
        {"log", "log", "log", ATOM_NAME}, {"det", "det", "det", ATOM_NAME},
        {"dim", "dim", "dim", ATOM_NAME}, {"arcsin", "arcsin", "arcsin", ATOM_NAME},
        {"arccos", "arccos", "arccos", ATOM_NAME}, {"arctan", "arctan", "arctan", ATOM_NAME},
        {"gcd", "gcd", "gcd", ATOM_NAME}, {"deg", "deg", "deg", ATOM_NAME},
        {"ker", "ker", "ker", ATOM_NAME}, {"max", "max", "max", ATOM_LIMITS},
        {"min", "min", "min", ATOM_LIMITS}, {"lim", "lim", "lim", ATOM_LIMITS},
        {"sup", "sup", "sup", ATOM_LIMITS}, {"inf", "inf", "inf", ATOM_LIMITS},
        {"Pr", "Pr", "Pr", ATOM_LIMITS}, {"sum", "∑", "sum", ATOM_BIG},
        {"prod", "∏", "prod", ATOM_BIG}, {"int", "∫", "int", ATOM_BIG},
        {"bigcup", "⋃", "union", ATOM_BIG}, {"cdot", "·", "*", ATOM_BINARY},
        {"times", "×", "x", ATOM_BINARY}, {"pm", "±", "+-", ATOM_BINARY},
        {"mp", "∓", "-+", ATOM_BINARY}, {"odot", "⊙", "(.)", ATOM_BINARY},
        {"otimes", "⊗", "(x)", ATOM_BINARY}, {"oplus", "⊕", "(+)", ATOM_BINARY},
        {"div", "÷", "/", ATOM_BINARY}, {"circ", "∘", "o", ATOM_BINARY},
        {"ast", "*", "*", ATOM_BINARY}, {"star", "⋆", "*", ATOM_BINARY},
        {"bmod", "mod", "mod", ATOM_BINARY}, {"cup", "∪", "or", ATOM_BINARY},
        {"cap", "∩", "and", ATOM_BINARY}, {"setminus", "∖", "\\", ATOM_BINARY},
        {"wedge", "∧", "and", ATOM_BINARY}, {"vee", "∨", "or", ATOM_BINARY},
        {"le", "≤", "<=", ATOM_RELATION}, {"leq", "≤", "<=", ATOM_RELATION},
        {"ge", "≥", ">=", ATOM_RELATION}, {"geq", "≥", ">=", ATOM_RELATION},
        {"lt", "<", "<", ATOM_RELATION}, {"gt", ">", ">", ATOM_RELATION},
        {"ne", "≠", "!=", ATOM_RELATION}, {"neq", "≠", "!=", ATOM_RELATION},
        {"approx", "≈", "~=", ATOM_RELATION}, {"sim", "~", "~", ATOM_RELATION},
        {"simeq", "≃", "~=", ATOM_RELATION}, {"equiv", "≡", "==", ATOM_RELATION},
        {"propto", "∝", "~", ATOM_RELATION}, {"to", "→", "->", ATOM_RELATION},
        {"rightarrow", "→", "->", ATOM_RELATION}, {"leftarrow", "←", "<-", ATOM_RELATION},
        {"gets", "←", "<-", ATOM_RELATION}, {"leftrightarrow", "↔", "<->", ATOM_RELATION},
        {"longrightarrow", "⟶", "-->", ATOM_RELATION}, {"uparrow", "↑", "up", ATOM_RELATION},
        {"downarrow", "↓", "down", ATOM_RELATION}, {"Rightarrow", "⇒", "=>", ATOM_RELATION},
        {"implies", "⇒", "=>", ATOM_RELATION}, {"Leftrightarrow", "⇔", "<=>", ATOM_RELATION},
        {"iff", "⇔", "<=>", ATOM_RELATION}, {"mapsto", "↦", "|->", ATOM_RELATION},
        {"in", "∈", "in", ATOM_RELATION}, {"notin", "∉", "not in", ATOM_RELATION},
        {"subset", "⊂", "within", ATOM_RELATION}, {"subseteq", "⊆", "within", ATOM_RELATION},
        {"ll", "≪", "<<", ATOM_RELATION}, {"gg", "≫", ">>", ATOM_RELATION},
        {"mid", "|", "|", ATOM_RELATION}, {"perp", "⊥", "_|_", ATOM_RELATION},
        {"parallel", "∥", "||", ATOM_RELATION}, {"lvert", "|", "|", ATOM_OPEN},
        {"lVert", "‖", "||", ATOM_OPEN}, {"langle", "⟨", "<", ATOM_OPEN},
        {"lceil", "⌈", "ceil(", ATOM_OPEN}, {"lfloor", "⌊", "floor(", ATOM_OPEN},
        {"{", "{", "{", ATOM_OPEN}, {"lbrace", "{", "{", ATOM_OPEN},
        {"lbrack", "[", "[", ATOM_OPEN}, {"rvert", "|", "|", ATOM_CLOSE},
        {"rVert", "‖", "||", ATOM_CLOSE}, {"rangle", "⟩", ">", ATOM_CLOSE},
        {"rceil", "⌉", ")", ATOM_CLOSE}, {"rfloor", "⌋", ")", ATOM_CLOSE},
        {"}", "}", "}", ATOM_CLOSE}, {"rbrace", "}", "}", ATOM_CLOSE},
        {"rbrack", "]", "]", ATOM_CLOSE}, {"|", "‖", "||", ATOM_LETTER},
        {"Vert", "‖", "||", ATOM_LETTER}, {"vert", "|", "|", ATOM_LETTER},
        {"colon", ":", ":", ATOM_COMMA}, {",", " ", " ", ATOM_SPACE}, {";", " ", " ", ATOM_SPACE},
        {":", " ", " ", ATOM_SPACE}, {">", " ", " ", ATOM_SPACE}, {" ", " ", " ", ATOM_SPACE},
        {"!", "", "", ATOM_SPACE}, {"enspace", " ", " ", ATOM_SPACE},
        {"thinspace", " ", " ", ATOM_SPACE}, {"quad", "  ", "  ", ATOM_SPACE},
        {"qquad", "    ", "    ", ATOM_SPACE}, {"hfill", " ", " ", ATOM_SPACE},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (strlen(symbols[i].name) == size && memcmp(symbols[i].name, name, size) == 0)
            return &symbols[i];
    return NULL;
}

/* ---- small letters ----------------------------------------------------------------------- */

/* `text` with each character replaced by the one behind it in `pairs`; NULL if one is not there. */
static const char *translated(const char *text, const char *pairs)
{
    const char *done = "";
    for (size_t length; *text != '\0'; text += length) {
        int columns;
        length = text_piece(text, strlen(text), &columns);
        const char *pair = pairs;
        for (;;) {
            size_t from = text_piece(pair, strlen(pair), &columns);
            size_t to = text_piece(pair + from, strlen(pair + from), &columns);
            if (from == 0)
                return NULL;
            if (from == length && memcmp(pair, text, length) == 0) {
                done = scratch_format("%s%.*s", done, (int)to, pair + from);
                break;
            }
            pair += from + to;
        }
    }
    return done;
}

/* Letters and digits, so that x_abc can be read without braces. */
static bool is_word(const char *text)
{
    bool letters = *text != '\0';
    while (*text != '\0') {
        uint32_t point = 0;
        int length = utf8_decode((const unsigned char *)text, strlen(text), &point);
        bool sign = point == 0xB7 || point == 0xD7 || (point >= 0x2190 && point <= 0x2BFF);
        letters = letters && length > 0 && (point < 128 ? isalnum((int)point) != 0 : !sign);
        text += length > 0 ? length : 1;
    }
    return letters;
}

const char *math_superscript(const char *text, bool unicode)
{
    static const char pairs[] =
        "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻=⁼(⁽)⁾aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻ"
        "AᴬBᴮDᴰEᴱGᴳHᴴIᴵJᴶKᴷLᴸMᴹNᴺOᴼPᴾRᴿTᵀUᵁVⱽWᵂ⊤ᵀβᵝγᵞδᵟθᶿ**′′";
    const char *small = unicode ? translated(text, pairs) : NULL;
    if (small != NULL)
        return small;
    size_t length = strlen(text);
    int columns;
    bool bracketed = *text == '(' && strchr(text, ')') == text + length - 1;
    bool one = length == 0 || text_piece(text, length, &columns) == length;
    bool number = strspn(text + (*text == '-'), "0123456789") + (*text == '-') == length;
    return scratch_format(one || number || bracketed ? "^%s" : "^(%s)", text);
}

const char *math_subscript(const char *text, bool unicode)
{
    static const char pairs[] =
        "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓβᵦγᵧρᵨφᵩχᵪ";
    const char *small = unicode ? translated(text, pairs) : NULL;
    if (small != NULL)
        return small;
    return scratch_format(is_word(text) ? "_%s" : "_{%s}", text);
}

/* ---- marks and fonts --------------------------------------------------------------------- */
const char *math_accent(const char *mark, const char *text, bool unicode)
{
    static const char *const marks[][2] = {{"hat", "\xcc\x82"},   {"widehat", "\xcc\x82"},
                                           {"bar", "\xcc\x84"},   {"overline", "\xcc\x84"},
                                           {"tilde", "\xcc\x83"}, {"widetilde", "\xcc\x83"},
                                           {"dot", "\xcc\x87"},   {"vec", "\xe2\x83\x97"}};
    for (size_t i = 0; unicode && text_width(text) == 1 && i < sizeof marks / sizeof *marks; i++)
        if (strcmp(mark, marks[i][0]) == 0)
            return scratch_format("%s%s", text, marks[i][1]);
    return scratch_format(is_word(text) ? "%s_%s" : "(%s)_%s", text, mark);
}

const char *math_letters(const char *font, const char *text, bool unicode)
{
    const char *pairs = strcmp(font, "mathbb") == 0 ? "NℕRℝZℤQℚCℂ" : "LℒBℬEℰFℱHℋ";
    const char *done = unicode ? translated(text, pairs) : NULL;
    return done != NULL ? done : text;
}

/* ---- fractions and roots in one line ----------------------------------------------------- */

/* Whether it holds a sum or a product outside of brackets: what would fall apart beside a slash. */
static bool is_composed(const char *text, bool below)
{
    int depth = 0;
    for (const char *c = text; *c != '\0'; c++) {
        depth += *c == '(' || *c == '[' || *c == '{';
        depth -= *c == ')' || *c == ']' || *c == '}';
        bool inside = depth > 0 || c == text;
        if (!inside &&
            (strchr(" +-*/=", *c) != NULL || strncmp(c, "·", 2) == 0 || strncmp(c, "×", 2) == 0))
            return true;
        if (!inside && below && isdigit((unsigned char)c[-1]) &&
            (isalpha((unsigned char)*c) || (*c & 0x80) != 0))
            return true; /* 1/2x might be half of x */
    }
    return false;
}

const char *math_quotient(const char *above, const char *below, bool unicode)
{
    static const char *const halves[][3] = {{"1", "2", "½"}, {"1", "3", "⅓"}, {"2", "3", "⅔"},
                                            {"1", "4", "¼"}, {"3", "4", "¾"}, {"1", "8", "⅛"},
                                            {"3", "8", "⅜"}};
    for (size_t i = 0; unicode && i < sizeof halves / sizeof *halves; i++)
        if (strcmp(above, halves[i][0]) == 0 && strcmp(below, halves[i][1]) == 0)
            return halves[i][2];
    if (is_composed(above, false))
        above = scratch_format("(%s)", above);
    if (is_composed(below, true))
        below = scratch_format("(%s)", below);
    return scratch_format("%s/%s", above, below);
}

const char *math_root(const char *text, bool unicode)
{
    bool number = text[strspn(text, "0123456789.")] == '\0';
    bool bare = unicode && (number || text_width(text) == 1);
    return scratch_format(bare ? "√%s" : unicode ? "√(%s)" : "sqrt(%s)", text);
}
