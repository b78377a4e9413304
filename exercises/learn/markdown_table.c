/* markdown_table: tables as wide as the page allows. Columns get what they need where there is
 * room; where there is not, the widest give way and their cells are wrapped; and where not even
 * single words fit, each row is written as a list of its cells, each behind its column's name. */
#include "markdown.h"

#include "terminal.h"

#include <string.h>

enum { MOST_COLUMNS = 16, GAP = 2 };

typedef struct {
    const char *cells[MOST_COLUMNS];
    size_t count;
} Row;

typedef struct {
    Row *rows; /* the first is the header */
    size_t count, columns;
    bool right[MOST_COLUMNS];
    int width[MOST_COLUMNS];
} Table;

/* ---- reading ----------------------------------------------------------------------------- */

/* The cells between the bars; \| is a bar that belongs to a cell. */
static Row row_read(const Page *page, const char *line)
{
    Row row = {.count = 0};
    line += strspn(line, " ") + 1;
    while (*line != '\0' && row.count < MOST_COLUMNS) {
        char *cell = scratch_alloc(strlen(line) + 1);
        size_t size = 0;
        for (; *line != '\0' && *line != '|'; line++) {
            if (line[0] == '\\' && line[1] == '|')
                line++;
            cell[size++] = *line;
        }
        while (size > 0 && cell[size - 1] == ' ')
            size--;
        cell[size] = '\0';
        size_t margin = strspn(cell, " ");
        size = size > margin ? size - margin : 0;
        row.cells[row.count++] = inline_text(page, cell + margin, size);
        line += *line == '|';
        if (line[strspn(line, " ")] == '\0')
            break;
    }
    return row;
}

static Table table_read(const Page *page, char *const *lines, size_t count)
{
    Table table = {.rows = scratch_alloc(count * sizeof(Row))};
    for (size_t i = 0; i < count; i++) {
        Row row = row_read(page, lines[i]);
        if (i == 1) {
            for (size_t c = 0; c < row.count; c++)
                table.right[c] = row.cells[c][0] != ':' && strchr(row.cells[c], ':') != NULL;
            continue;
        }
        table.columns = row.count > table.columns ? row.count : table.columns;
        table.rows[table.count++] = row;
    }
    for (size_t r = 0; r < table.count; r++)
        while (table.rows[r].count < table.columns)
            table.rows[r].cells[table.rows[r].count++] = "";
    return table;
}

/* ---- widths ------------------------------------------------------------------------------ */

/* Shares `room` columns out; false if there is not enough even for the widest words. */
static bool table_fit(Table *table, int room, bool loose)
{
    int wish[MOST_COLUMNS] = {0};
    room -= GAP * (int)(table->columns - 1);
    for (size_t c = 0; c < table->columns; c++) {
        table->width[c] = 1;
        for (size_t r = 0; r < table->count; r++) {
            const char *cell = table->rows[r].cells[c];
            int whole = text_width(cell), word = wrap_widest_word(cell, loose);
            wish[c] = whole > wish[c] ? whole : wish[c];
            table->width[c] = word > table->width[c] ? word : table->width[c];
        }
        room -= table->width[c];
    }
    for (int left = room; left > 0; left--) { /* each to the one that is shortest of it */
        size_t neediest = 0;
        for (size_t c = 1; c < table->columns; c++)
            if ((long)wish[c] * table->width[neediest] > (long)wish[neediest] * table->width[c])
                neediest = c;
        if (wish[neediest] <= table->width[neediest])
            break;
        table->width[neediest]++;
    }
    return room >= 0;
}

/* ---- writing ----------------------------------------------------------------------------- */

/* Appends `text` to the line, filled up to `width`. */
static const char *cell_join(const char *line, const char *text, int width, bool right, bool last)
{
    int fill = width - text_width(text);
    return right ? scratch_format("%s%*s%s%s", line, fill, "", text, last ? "" : "  ")
                 : scratch_format("%s%s%*s", line, text, last ? 0 : fill + GAP, "");
}

/* Writes one row; returns over how many lines. */
static int row_write(Page *page, const Table *table, const Row *row, bool header)
{
    Wrap wraps[MOST_COLUMNS];
    for (size_t c = 0; c < table->columns; c++)
        wraps[c] = (Wrap){.rest = row->cells[c]};
    for (int lines = 0;; lines++) {
        const char *line = "";
        bool any = false;
        for (size_t c = 0; c < table->columns; c++) {
            const char *text = wrap_next(&wraps[c], table->width[c]);
            any = any || text != NULL;
            text = text == NULL ? "" : header ? page_style(page, STYLE_STRONG, text) : text;
            line = cell_join(line, text, table->width[c], table->right[c], c + 1 == table->columns);
        }
        if (!any)
            return lines;
        page_line(page, line);
    }
}

static bool row_wraps(const Table *table, const Row *row)
{
    for (size_t c = 0; c < table->columns; c++)
        if (text_width(row->cells[c]) > table->width[c])
            return true;
    return false;
}

static bool is_empty(const Row *row)
{
    for (size_t c = 0; c < row->count; c++)
        if (row->cells[c][0] != '\0')
            return false;
    return true;
}

static void rule_write(Page *page, const Table *table)
{
    const char *line = "";
    for (size_t c = 0; c < table->columns; c++) {
        const char *bar = "";
        for (int i = 0; i < table->width[c]; i++)
            bar = scratch_format("%s%s", bar, page->look.unicode ? "─" : "-");
        line = cell_join(line, bar, table->width[c], false, c + 1 == table->columns);
    }
    page_line(page, page_style(page, STYLE_SOFT, line));
}

static void columns_write(Page *page, const Table *table)
{
    bool wrapped = false;
    for (size_t r = 1; r < table->count; r++)
        wrapped = wrapped || row_wraps(table, &table->rows[r]);
    if (!is_empty(&table->rows[0])) {
        row_write(page, table, &table->rows[0], true);
        rule_write(page, table);
    }
    for (size_t r = 1; r < table->count; r++) {
        if (wrapped && r > 1)
            page_line(page, "");
        row_write(page, table, &table->rows[r], false);
    }
}

/* Each row as its first cell and, further in, the others behind their columns' names. */
static void list_write(Page *page, const Table *table)
{
    const Row *header = &table->rows[0];
    for (size_t r = 1; r < table->count; r++) {
        if (r > 1)
            page_line(page, "");
        for (size_t c = 0; c < table->columns; c++) {
            const char *cell = table->rows[r].cells[c], *name = header->cells[c];
            if (*cell == '\0')
                continue;
            Page inside = *page;
            inside.first = c > 0 ? scratch_format("%s  ", page->rest) : page->first;
            inside.rest = scratch_format("%s    ", page->rest);
            if (*name != '\0')
                cell = scratch_format("%s: %s", page_style(page, STYLE_STRONG, name), cell);
            page_text(&inside, cell);
            page->first = page->rest;
        }
    }
}

void table_write(Page *page, char *const *rows, size_t count)
{
    Table table = table_read(page, rows, count);
    int room = page_room(page);
    if (table_fit(&table, room, false) || table_fit(&table, room, true))
        columns_write(page, &table);
    else
        list_write(page, &table);
}
