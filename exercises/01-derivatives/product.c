/* Exercise 01-derivatives/product: the gradient of a product, by reverse mode.
 *
 * Taught in chapter 01 under "Reverse mode, by hand, once": one sweep forward that keeps the
 * products so far, one sweep back. Some of the x may be 0, so nothing is divided by them. */
#include "product.h"

void product_vjp(const real *x, size_t count, real dy, real *dx)
{
    /* your code here; an array of PRODUCT_MOST + 1 numbers has room for the products so far */
    (void)x; /* these only keep the compiler quiet; take them out */
    (void)count;
    (void)dy;
    (void)dx;
}
