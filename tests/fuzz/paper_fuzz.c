/* paper_fuzz: whatever the bytes, an exercise's parts are read or said to be wrong; and whatever
 * the lines of a student's file, they are judged or said to be no answers. The first byte says
 * which. */
#include "fuzz.h"

#include "paper.h"

static const char exercise[] =
    "part slope\nask Q\nnumber [2/9, -2/9]\nwrong 1\nasks W?\npart mode\nask Q\n"
    "choice forward\nchoice reverse\nright reverse\npart dx\nask Q\ngiven x(3)\n"
    "forward exp(x)/sum(exp(x))\nlet p = exp(x)/sum(exp(x))\nalong x\n"
    "right p*(dy - sum(p*dy))\nwrong p*dy\nasks W?\n";

static void judge(const uint8_t *data, size_t size)
{
    PaperResult result;
    char *said = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    const char *text = fuzz_file("exercise.txt", (const uint8_t *)exercise, sizeof exercise - 1);
    fuzz_error(paper_command(text, fuzz_file("answers.txt", data, size), NULL, 0, 1, out, &result));
    fclose(out);
    require(strchr(result.sentence, '\n') == NULL, "fuzz: expected one line, found \"%s\"",
            result.sentence);
    free(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '=') {
        judge(data + 1, size - 1);
        return 0;
    }
    Paper paper;
    fuzz_error(paper_read(&paper, fuzz_file("paper.txt", data, size)));
    paper_free(&paper);
    return 0;
}
