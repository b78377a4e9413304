/* A worked answer to 01-derivatives/product.
 *
 * The slope along x[i] is the product of all the OTHERS. A wrong turn: the whole product divided by
 * x[i], which is 0/0 as soon as x[i] is 0, and there the slope may well be other than 0. Another: a
 * loop over all others for each i, which is right and takes count * count multiplications.
 *
 * Written as steps, s[i+1] = s[i] x[i] with s[0] = 1, and the chain rule gone backwards: let r be
 * how fast the loss moves with s[i+1]. Then it moves s[i] r with x[i], and x[i] r with s[i]. */
#include "product.h"

void product_vjp(const real *x, size_t count, real dy, real *dx)
{
    real so_far[PRODUCT_MOST + 1] = {1}; /* so_far[i]: the product of all before x[i] */
    for (size_t i = 0; i < count; i++)
        so_far[i + 1] = so_far[i] * x[i];
    real after = dy; /* dy times the product of all behind x[i] */
    for (size_t i = count; i-- > 0;) {
        dx[i] += so_far[i] * after;
        after *= x[i];
    }
}
