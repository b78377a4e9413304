/* formula_fuzz: whatever the text, a student's formula has a value or an error of one line, at a
 * place of its text that a caret can stand under. */
#include "fuzz.h"

#include "formula.h"

static Names names_make(Arena *arena)
{
    static const size_t shapes[][ARRAY_RANK] = {{5}, {3, 5}, {5, 2}, {2, 3, 5}, {7}};
    static const int ranks[] = {1, 2, 2, 3, 1};
    static const char *const words[] = {"x", "A", "B", "C", "ids"};
    Names names = {.count = 0};
    Random random = random_make(1, 0);
    for (int i = 0; i < 5; i++) {
        Array array = array_make(arena, ranks[i], shapes[i]);
        for (size_t j = 0; j < array_size(&array); j++)
            array.data[j] = i == 4 ? (double)(j % 3) : random_normal(&random);
        names_set(&names, words[i], array);
    }
    return names;
}

/* Shown in lines of at most 80 columns, the second of which is a caret. */
static void check_shown(const char *text, const FormulaError *error)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size);
    formula_show(out, 7, text, error);
    fclose(out);
    size_t first = strcspn(shown, "\n"), second = strcspn(shown + first + 1, "\n");
    require(first <= 80 && second <= 80 && shown[first + second] == '^',
            "fuzz: a caret in the second of two lines of at most 80: \"%s\"", shown);
    free(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Array value;
    Formula formula;
    char *text = memory_calloc(size + 1, 1);
    if (size > 0)
        memcpy(text, data, size);
    Names names = names_make(&arena);
    FormulaError error = formula_parse(&formula, text);
    if (!error.error.failed)
        error = formula_value(&formula, &names, &arena, &value);
    fuzz_error(error.error);
    require(error.at >= 0 && (size_t)error.at <= strlen(text), "fuzz: an error at %d", error.at);
    if (error.error.failed)
        check_shown(text, &error);
    else
        require(array_size(&value) >= 1 && array_size(&value) <= ARRAY_SIZE, "fuzz: a value of %zu",
                array_size(&value));
    free(text);
    arena_free(&arena);
    return 0;
}
