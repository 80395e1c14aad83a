/*
 * A tiny model: the logistic of a weighted sum whose weights fall with the place. It passes every case of the conformance
 * harness for models, and fails exactly one of them for each `fault`.
 */
#include "quantumedge_plugin.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAULT, BIAS, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [FAULT] = {"fault", "what goes wrong", QE_PARAMETER_TEXT, 0, 0, 0, 0, "none", 0},
    [BIAS] = {"bias", "added to the sum", QE_PARAMETER_REAL, 0, 0, -5, 5, NULL, 0},
};

typedef struct instance {
    char fault[32];
    double bias;
    uint64_t rows;
} instance;

static int is(const instance *self, const char *fault) { return strcmp(self->fault, fault) == 0; }

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    (void)host;
    if (!QE_HAS(config, qe_config, parameter_count) || config->parameters == NULL || config->parameter_count != PARAMETER_COUNT) {
        if (capacity > 0) snprintf(error, capacity, "the configuration is shorter than this plugin needs");
        return QE_INVALID;
    }
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    strncpy(self->fault, config->parameters[FAULT].text, sizeof self->fault - 1);
    self->bias = config->parameters[BIAS].real;
    *out = self;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static qe_status reset(void *memory) {
    instance *self = memory;
    self->rows = 0;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

/* Clamped before the exponential, so that no input leads out of 0...1; NaN counts as 0. */
static double evaluate(const instance *self, const double *features, uint32_t count) {
    double sum = self->bias;
    for (uint32_t i = 0; i < count; i++) {
        double value = features[i];
        if (!(value > -50)) value = value < 0 ? -50 : 0;
        if (value > 50) value = 50;
        /* Adding up what is nearly nothing takes many times as long. */
        if (value > -DBL_MIN && value < DBL_MIN) value = 0;
        sum += value / (double)(1 + i);
    }
    if (sum > 40) sum = 40;
    if (sum < -40) sum = -40;
    return 1 / (1 + exp(-sum));
}

static qe_status predict(void *memory, const double *features, uint32_t count, qe_prediction *out) {
    instance *self = memory;
    self->rows++;
    if (is(self, "crash")) *(volatile int *)8 = 1;
    if (is(self, "allocate")) {
        void *volatile scratch = malloc(64);
        free(scratch);
    }
    double up = evaluate(self, features, count);
    out->p_up = is(self, "out_of_bounds") ? 1 + up : is(self, "nan") ? NAN : up;
    out->p_down = 1 - up;
    out->edge = up - 0.5;
    return QE_OK;
}

static qe_status predict_batch(void *memory, const double *features, uint32_t rows, uint32_t columns, qe_prediction *out) {
    for (uint32_t row = 0; row < rows; row++) {
        qe_status status = predict(memory, features + (size_t)row * columns, columns, &out[row]);
        if (status != QE_OK) return status;
        if (is(memory, "batch_differs") && row == rows - 1 && rows > 1) out[row].edge += 1e-9;
    }
    return QE_OK;
}

static uint64_t state_size(void *memory) {
    (void)memory;
    return 16;
}

static qe_status save(void *memory, uint8_t *bytes, uint64_t capacity, uint64_t *written) {
    const instance *self = memory;
    if (capacity < 16) return QE_TOO_SMALL;
    uint64_t words[2] = {self->rows, ~self->rows * 0x9E3779B97F4A7C15u};
    memcpy(bytes, words, 16);
    *written = 16;
    return QE_OK;
}

static qe_status restore(void *memory, const uint8_t *bytes, uint64_t size) {
    instance *self = memory;
    uint64_t words[2];
    if (size != 16 || bytes == NULL) return QE_INVALID;
    memcpy(words, bytes, 16);
    if (words[1] != ~words[0] * 0x9E3779B97F4A7C15u) return QE_INVALID;
    self->rows = words[0];
    return QE_OK;
}

static const void *get_extension(const char *id) {
    static const qe_state_extension state = {sizeof state, 0, state_size, save, restore};
    static const qe_predict_batch_extension batch = {sizeof batch, 0, predict_batch};
    if (strcmp(id, QE_EXTENSION_STATE) == 0) return &state;
    return strcmp(id, QE_EXTENSION_PREDICT_BATCH) == 0 ? (const void *)&batch : NULL;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_model model = {sizeof model, 0, create, accept, accept, predict, accept, reset, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_MODEL,
        .name = "LogisticModel",
        .version = "1.0.0",
        .summary = "The logistic of a weighted sum.",
        .parameters = parameters,
        .parameter_count = PARAMETER_COUNT,
        .model = &model,
        .get_extension = get_extension,
    };
    (void)host_minor;
    if (host_major != QE_ABI_MAJOR) {
        if (capacity > 0) snprintf(error, capacity, "it supports plugin ABI 1.0...1.x");
        return NULL;
    }
    return &descriptor;
}
