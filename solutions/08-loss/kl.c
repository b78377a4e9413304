/* kl: the Kullback-Leibler divergence of two beliefs, from their scores. Exercise 08-loss/kl.
 *
 * A worked answer. One row; u_j = ln q_j and v_j = ln p_j are log-softmaxes, and their Jacobians
 * are du_j/dz_i = [i = j] - q_i and dv_j/dx_i = [i = j] - p_i.
 *
 * Along x only v moves: dK/dx_i = -sum_j q_j ([i = j] - p_i) = p_i - q_i, since the q_j sum to 1:
 * belief minus truth, with q for the truth.
 *
 * Along z two things move, q_j = e^u_j in front and u_j in the bracket:
 *   dK/dz_i = sum_j (q_j (u_j - v_j) + q_j) du_j/dz_i = sum_j q_j (u_j - v_j + 1) ([i = j] - q_i).
 * The 1 gives q_i - q_i (sum of q_j) = 0. In the rest the delta leaves q_i (u_i - v_i), and the sum
 * that stays is K itself: dK/dz_i = q_i (u_i - v_i - K). It is softmax's backward with dq = u - v:
 * the weighted mean of u - v is K. A row sums to K - K = 0. */
#include "kl.h"

/* u_j = ln q_j of one row of scores. */
static real log_probability(const real *row, LogSum sum, size_t j)
{
    return (row[j] - sum.max) - sum.rest;
}

/* The divergence of one row. Where q_j underflows to 0 its term is 0 times a finite number. */
static real row_divergence(const real *z, const real *x, size_t n)
{
    const LogSum of_z = log_sum_row(z, n), of_x = log_sum_row(x, n);
    real divergence = 0;
    for (size_t j = 0; j < n; j++) {
        real u = log_probability(z, of_z, j), v = log_probability(x, of_x, j);
        divergence += exp(u) * (u - v);
    }
    return divergence;
}

static void give_z(Tensor *z, const Tensor *x, real upstream)
{
    size_t n = tensor_dim(z, -1), rows = z->size / n;
    GradWrite dz = grad_write(z);
    for (size_t r = 0; r < rows; r++) {
        const real *z_row = z->data + r * n, *x_row = x->data + r * n;
        const LogSum of_z = log_sum_row(z_row, n), of_x = log_sum_row(x_row, n);
        real divergence = row_divergence(z_row, x_row, n);
        for (size_t i = 0; i < n; i++) {
            real u = log_probability(z_row, of_z, i), v = log_probability(x_row, of_x, i);
            grad_put(dz, r * n + i, upstream / (real)rows * exp(u) * (u - v - divergence));
        }
    }
}

static void give_x(const Tensor *z, Tensor *x, real upstream)
{
    size_t n = tensor_dim(x, -1), rows = x->size / n;
    GradWrite dx = grad_write(x);
    for (size_t r = 0; r < rows; r++) {
        const real *z_row = z->data + r * n, *x_row = x->data + r * n;
        const LogSum of_z = log_sum_row(z_row, n), of_x = log_sum_row(x_row, n);
        for (size_t i = 0; i < n; i++) {
            real q = exp(log_probability(z_row, of_z, i)), p = exp(log_probability(x_row, of_x, i));
            grad_put(dx, r * n + i, upstream / (real)rows * (p - q));
        }
    }
}

/* z and x may be one tensor: so each is asked for its gradient right before its own pass. */
static void kl_backward(Tensor *out)
{
    Tensor *z = out->parents[0], *x = out->parents[1];
    if (z->wants_grad)
        give_z(z, x, out->grad[0]);
    if (x->wants_grad)
        give_x(z, x, out->grad[0]);
}

Tensor *tensor_kl(Tensor *z, Tensor *x)
{
    if (z->shape.rank < 1 || !shape_equal(z->shape, x->shape))
        shape_mismatch("tensor_kl", z, x, "two equal shapes (...,V)");
    Tensor *out = tensor_result("kl", shape0(), kl_backward, 2, (Tensor *[]){z, x});
    size_t n = tensor_dim(z, -1), rows = z->size / n;
    real total = 0;
    for (size_t r = 0; r < rows; r++)
        total += row_divergence(z->data + r * n, x->data + r * n, n);
    out->data[0] = total / (real)rows;
    return out;
}
