/* formula_functions: what a formula can call. One table, at the end, says each function's name, how
 * many arguments it takes and what computes it. */
#include "formula_call.h"

#include <string.h>

bool call_fail(Call *call, int argument, const char *expected)
{
    const Formula *formula = call->evaluation->formula;
    int node = call->at[argument];
    return evaluation_fail(call->evaluation, formula->nodes[node].at, "expected %s, and %s is %s",
                           expected, node_text(formula, node),
                           array_shape_text(&call->given[argument]));
}

bool whole_number(Call *call, int argument, long low, long high, long *number)
{
    const Formula *formula = call->evaluation->formula;
    double found = call->given[argument].data[0];
    *number = low;
    if (call->given[argument].rank != 0 || found != floor(found) || found < (double)low ||
        found > (double)high)
        return evaluation_fail(call->evaluation, formula->nodes[call->at[argument]].at,
                               "expected a whole number from %ld to %ld, found %s", low, high,
                               node_text(formula, call->at[argument]));
    *number = (long)found;
    return true;
}

bool axis_number(Call *call, int argument, int *axis)
{
    long number = 0;
    if (call->given[0].rank == 0)
        return call_fail(call, 0, "an array with axes");
    if (!whole_number(call, argument, -call->given[0].rank, call->given[0].rank - 1, &number))
        return false;
    *axis = (int)number + (number < 0 ? call->given[0].rank : 0);
    return true;
}

/* ---- sums and the like ----------------------------------------------------------------------- */
static double plus(double a, double b) { return a + b; }
static double larger(double a, double b) { return isnan(a) || isnan(b) ? NAN : a > b ? a : b; }
static double smaller(double a, double b) { return isnan(a) || isnan(b) ? NAN : a < b ? a : b; }

/* Over all elements, to one number; or over an axis, which keeps length 1. */
static bool fold(Call *call, double (*join)(double, double), size_t *folded, Array *result)
{
    const Array *x = &call->given[0];
    int axis = 0;
    Axis cut = {1, array_size(x), 1};
    if (call->count == 1) {
        *result = array_number(call->evaluation->arena, 0);
    } else {
        if (!axis_number(call, 1, &axis))
            return false;
        cut = array_axis(x, axis);
        *result = array_with_length(call->evaluation->arena, x, axis, 1);
    }
    for (size_t o = 0; o < cut.outer; o++)
        for (size_t i = 0; i < cut.inner; i++) {
            const double *from = x->data + o * cut.length * cut.inner + i;
            double all = from[0];
            for (size_t n = 1; n < cut.length; n++)
                all = join(all, from[n * cut.inner]);
            result->data[o * cut.inner + i] = all;
        }
    *folded = cut.length;
    return true;
}

static bool call_sum(Call *call, Array *result)
{
    size_t folded;
    return fold(call, plus, &folded, result);
}

static bool call_mean(Call *call, Array *result)
{
    size_t folded;
    if (!fold(call, plus, &folded, result))
        return false;
    for (size_t i = 0; i < array_size(result); i++)
        result->data[i] /= (double)folded;
    return true;
}

/* max(x): the largest; max(x, axis=1): of each row; max(a, b): the larger of each two. */
static bool extreme(Call *call, double (*join)(double, double), Array *result)
{
    size_t folded;
    Array fitted;
    if (call->count == 1 || call->evaluation->formula->nodes[call->node].axis_named)
        return fold(call, join, &folded, result);
    if (!array_fit(&call->given[0], &call->given[1], &fitted))
        return call_fail(call, 1, "a shape that fits the first argument's");
    *result = array_pairs(call->evaluation->arena, &call->given[0], &call->given[1], join);
    return true;
}

static bool call_max(Call *call, Array *result) { return extreme(call, larger, result); }
static bool call_min(Call *call, Array *result) { return extreme(call, smaller, result); }

/* sumto(g, b): g summed over everything in which b was stretched to g's shape. */
static bool call_sumto(Call *call, Array *result)
{
    const Array *g = &call->given[0], *like = &call->given[1];
    Array fitted;
    if (!array_fit(g, like, &fitted) || !array_same_shape(&fitted, g))
        return call_fail(call, 1, "what can be stretched to the first argument's shape");
    *result = array_make(call->evaluation->arena, like->rank, like->shape);
    memset(result->data, 0, array_size(result) * sizeof *result->data);
    Array places = array_make(call->evaluation->arena, like->rank, like->shape);
    for (size_t i = 0; i < array_size(&places); i++)
        places.data[i] = (double)i;
    places = array_stretch(call->evaluation->arena, &places, g);
    for (size_t i = 0; i < array_size(g); i++)
        result->data[(size_t)places.data[i]] += g->data[i];
    return true;
}

/* ---- arrays from numbers --------------------------------------------------------------------- */

bool axis_lengths(Call *call, int first, size_t *shape)
{
    size_t size = 1;
    for (int i = first; i < call->count; i++) {
        long length = 0;
        if (!whole_number(call, i, 1, ARRAY_SIZE, &length))
            return false;
        size *= shape[i - first] = (size_t)length;
        if (size > ARRAY_SIZE)
            return call_fail(call, i, "a smaller array");
    }
    return true;
}

static bool filled(Call *call, double number, Array *result)
{
    size_t shape[ARGUMENTS];
    if (!axis_lengths(call, 0, shape))
        return false;
    *result = array_make(call->evaluation->arena, call->count, shape);
    for (size_t i = 0; i < array_size(result); i++)
        result->data[i] = number;
    return true;
}

static bool call_ones(Call *call, Array *result) { return filled(call, 1, result); }
static bool call_zeros(Call *call, Array *result) { return filled(call, 0, result); }

static bool call_range(Call *call, Array *result)
{
    if (!filled(call, 0, result))
        return false;
    for (size_t i = 0; i < array_size(result); i++)
        result->data[i] = (double)i;
    return true;
}

static bool call_eye(Call *call, Array *result)
{
    long n = 0;
    if (!whole_number(call, 0, 1, 64, &n))
        return false;
    size_t size = (size_t)n;
    *result = array_make(call->evaluation->arena, 2, (size_t[]){size, size});
    for (size_t i = 0; i < size * size; i++)
        result->data[i] = i % (size + 1) == 0;
    return true;
}

/* ---- the table ------------------------------------------------------------------------------- */
static double element_exp(double x) { return exp(x); }
static double element_log(double x) { return log(x); }
static double element_sqrt(double x) { return sqrt(x); }
static double element_tanh(double x) { return tanh(x); }
static double element_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double element_sin(double x) { return sin(x); }
static double element_cos(double x) { return cos(x); }
static double element_abs(double x) { return fabs(x); }
static double element_relu(double x) { return isnan(x) || x > 0 ? x : 0; }
static double element_erf(double x) { return erf(x); }

typedef struct {
    const char *name;
    int least, most;
    double (*element)(double);
    bool (*call)(Call *call, Array *result);
    int axis; /* which argument may be written axis=...; 0: none */
} Known;

static const Known functions[] = {
    {"exp", 1, 1, element_exp, NULL, 0},    {"log", 1, 1, element_log, NULL, 0},
    {"ln", 1, 1, element_log, NULL, 0},     {"sqrt", 1, 1, element_sqrt, NULL, 0},
    {"tanh", 1, 1, element_tanh, NULL, 0},  {"sigmoid", 1, 1, element_sigmoid, NULL, 0},
    {"sin", 1, 1, element_sin, NULL, 0},    {"cos", 1, 1, element_cos, NULL, 0},
    {"abs", 1, 1, element_abs, NULL, 0},    {"relu", 1, 1, element_relu, NULL, 0},
    {"erf", 1, 1, element_erf, NULL, 0},    {"sum", 1, 2, NULL, call_sum, 1},
    {"mean", 1, 2, NULL, call_mean, 1},     {"max", 1, 2, NULL, call_max, 1},
    {"min", 1, 2, NULL, call_min, 1},       {"sumto", 2, 2, NULL, call_sumto, 0},
    {"ones", 1, 4, NULL, call_ones, 0},     {"zeros", 1, 4, NULL, call_zeros, 0},
    {"range", 1, 1, NULL, call_range, 0},   {"eye", 1, 1, NULL, call_eye, 0},
    {"gather", 2, 2, NULL, call_gather, 0}, {"scatter", 3, 3, NULL, call_scatter, 0},
    {"onehot", 2, 2, NULL, call_onehot, 0}, {"reshape", 2, 5, NULL, call_reshape, 0},
    {"drop", 2, 2, NULL, call_drop, 1},     {"permute", 2, 5, NULL, call_permute, 0},
    {"slice", 4, 4, NULL, call_slice, 0},   {"concat", 3, 3, NULL, call_concat, 2},
};

static const Known *function_find(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(name, functions[i].name) == 0)
            return &functions[i];
    return NULL;
}

bool function_is_known(const char *name) { return function_find(name) != NULL; }

static bool fail_count(Evaluation *evaluation, int node, const Known *known, int found)
{
    int at = evaluation->formula->nodes[node].sign;
    if (known->least < known->most)
        return evaluation_fail(evaluation, at, "%s: expected %d to %d arguments, found %d",
                               known->name, known->least, known->most, found);
    return evaluation_fail(evaluation, at, "%s: expected %d argument%s, found %d", known->name,
                           known->least, known->least == 1 ? "" : "s", found);
}

bool call_value(Evaluation *evaluation, int node, Array *value)
{
    const Formula *formula = evaluation->formula;
    char name[NAME_LENGTH + 1];
    node_name(formula, node, name);
    const Known *known = function_find(name);
    require(known != NULL, "formula: an unknown function was parsed");
    Call call = {.evaluation = evaluation, .node = node};
    int count = 0;
    for (int i = formula->nodes[node].first; i >= 0; i = formula->nodes[i].next)
        count++;
    if (count < known->least || count > known->most)
        return fail_count(evaluation, node, known, count);
    if (formula->nodes[node].axis_named && (known->axis == 0 || known->axis != count - 1))
        return evaluation_fail(evaluation, formula->nodes[node].sign, "%s: unexpected axis=%s",
                               known->name, known->axis == 0 ? "" : " in place of what to work on");
    for (int i = formula->nodes[node].first; i >= 0; i = formula->nodes[i].next, call.count++) {
        call.at[call.count] = i;
        if (!node_value(evaluation, i, &call.given[call.count]))
            return false;
    }
    if (known->call != NULL)
        return known->call(&call, value);
    *value = array_make(evaluation->arena, call.given[0].rank, call.given[0].shape);
    for (size_t i = 0; i < array_size(value); i++)
        value->data[i] = known->element(call.given[0].data[i]);
    return true;
}
