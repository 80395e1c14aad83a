/*
 * What model compilers write, in the forms that they write it: a test builds a shared library of it and describes each function to
 * CompiledModel. All are the same model, but for what their names say.
 */
#include <math.h>
#include <stdint.h>

static double sum(const double *x, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += x[i] / (double)(1 + i);
    return sum;
}

static double logistic(double x) { return 1 / (1 + exp(-x)); }

double margin(double *x) {
    double answer = sum(x, 18);
    x[0] = 1e300; /* the input is the model's own copy */
    return answer;
}

double probability(double *x) { return logistic(sum(x, 18)); }

float narrow(float *x, uint64_t count) {
    double sum = 0;
    for (uint64_t i = 0; i < count; i++) sum += (double)x[i] / (double)(1 + i);
    return (float)logistic(sum);
}

/* Two classes, as m2cgen writes them. */
void score(double *input, double *output) {
    double up = logistic(sum(input, 18));
    output[0] = 1 - up;
    output[1] = up;
}

/* As TL2cgen does: floats, a switch whether the margin is wanted, the answer in doubles. */
void predict(float *x, int32_t only_margin, double *result) {
    double all = 0;
    for (int i = 0; i < 18; i++) all += (double)x[i] / (double)(1 + i);
    result[0] = only_margin ? all : logistic(all);
}

double three(double a, double b, double c) { return logistic(a + b / 2 + c / 3); }

float weighted(int64_t bias, float a, float b, uint32_t count) { return (float)logistic((double)bias + a + b / 2 + count); }

double eighteen(double a, double b, double c, double d, double e, double f, double g, double h, double i, double j, double k, double l, double m,
                double n, double o, double p, double q, double r) {
    double x[18] = {a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r};
    return logistic(sum(x, 18));
}

/* Wrong in what they say. */
double beyond(double *x) { return 2 + sum(x, 18); }
double nothing(double *x) { return x[0] * NAN; }
void half(double *input, double *output) {
    (void)input;
    output[0] = 0.7;
    output[1] = 0.7;
}
void silent(double *input, double *output) {
    (void)input;
    (void)output;
}
