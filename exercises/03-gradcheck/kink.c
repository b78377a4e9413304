/* Exercise 03-gradcheck/kink: is there a kink at x?
 *
 * Taught in chapter 03 under "Kinks". Its header is exercises/03-gradcheck/kink.h; Function is
 * declared in lib/base/base.h, and is called as f(x, context). */
#include "kink.h"

bool kink_at(Function f, const void *context, real x)
{
    /* your code here */
    (void)f; /* these three only keep the compiler quiet; take them out */
    (void)context;
    (void)x;
    return false;
}
