/*
 * A fixture that breaks the contract in one chosen way, named by the text parameter `fault`; "none" behaves: it sends
 * nothing. No fault here crashes or hangs: what it shows is that a host survives and names each of them.
 *   create       null_instance, create_error, create_silent, create_unterminated, create_garbage_status,
 *                error_with_instance, initialise_error, activate_error
 *   process      process_error, error_with_intents, garbage_status, count_over_capacity, count_without_intents,
 *                random, nan, negative, zero, overflow, unknown_kind, reserved_set, wrong_size, same_tag, flood
 *   lifecycle    deactivate_error
 *   state        state_save_error, state_writes_more, state_huge (the state is the number of events seen)
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const faults[] = {
    "none", "null_instance", "create_error", "create_silent", "create_unterminated", "create_garbage_status", "error_with_instance",
    "initialise_error", "activate_error", "process_error", "error_with_intents", "garbage_status", "count_over_capacity",
    "count_without_intents", "random", "nan", "negative", "zero", "overflow", "unknown_kind", "reserved_set", "wrong_size", "same_tag",
    "flood", "deactivate_error", "state_save_error", "state_writes_more", "state_huge",
};
enum { FAULT, SEED, SIZE, RATIO, ENABLED, LIMIT, PARAMETER_COUNT };

/* One parameter of each type, so that a host's validation has something to validate. */
static const qe_parameter parameters[PARAMETER_COUNT] = {
    [FAULT] = {"fault", "what goes wrong", QE_PARAMETER_TEXT, 0, 0, 0, 0, "none", 0},
    [SEED] = {"seed", "of the random faults", QE_PARAMETER_INTEGER, 0, 1, 0, 1e9, NULL, 0},
    [SIZE] = {"size", "of an order", QE_PARAMETER_QUANTITY, 0, 0.001, 0.001, 1000, NULL, 0},
    [RATIO] = {"ratio", "a real number", QE_PARAMETER_REAL, 0, 0.5, -1, 1, NULL, 0},
    [ENABLED] = {"enabled", "off: sends nothing whatever the fault", QE_PARAMETER_BOOLEAN, 0, 1, 0, 1, NULL, 0},
    [LIMIT] = {"limit", "a price", QE_PARAMETER_PRICE, 0, 100.5, 0, 1e6, NULL, 0},
};

typedef struct instance {
    const char *fault;
    uint64_t random;
    uint64_t events;
    uint64_t tag;
    int64_t size;
    int enabled;
} instance;

static int is(const instance *self, const char *fault) { return strcmp(self->fault, fault) == 0; }

static void say(char *error, size_t capacity, const char *text) {
    if (capacity == 0) return;
    strncpy(error, text, capacity - 1);
    error[capacity - 1] = 0;
}

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    (void)host;
    const char *fault = NULL;
    if (config->parameters == NULL || config->parameter_count != PARAMETER_COUNT) return QE_INVALID;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcmp(config->parameters[FAULT].text, faults[i]) == 0) fault = faults[i];
    if (fault == NULL) {
        say(error, capacity, "there is no such fault");
        return QE_INVALID;
    }
    instance local = {.fault = fault};
    if (is(&local, "null_instance")) return QE_OK;
    if (is(&local, "create_silent")) return QE_ERROR;
    if (is(&local, "create_garbage_status")) return (qe_status)0x80A5A5A5;
    if (is(&local, "create_error")) {
        say(error, capacity, "the fixture refuses\non two lines\x1b[2J");
        return QE_INVALID;
    }
    if (is(&local, "create_unterminated")) {
        memset(error, 'x', capacity);
        return QE_ERROR;
    }
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    self->fault = fault;
    self->random = (uint64_t)config->parameters[SEED].integer * 2654435761u + 1;
    self->size = config->parameters[SIZE].integer;
    self->enabled = config->parameters[ENABLED].integer != 0;
    *out = self;
    if (is(self, "error_with_instance")) {
        free(self); /* the pointer dangles: a host must not touch it */
        return QE_ERROR;
    }
    return QE_OK;
}

static qe_status initialise(void *memory) { return is(memory, "initialise_error") ? QE_ERROR : QE_OK; }
static qe_status activate(void *memory) { return is(memory, "activate_error") ? QE_ERROR : QE_OK; }
static qe_status deactivate(void *memory) { return is(memory, "deactivate_error") ? QE_ERROR : QE_OK; }

static qe_status reset(void *memory) {
    instance *self = memory;
    self->events = 0;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

/* SplitMix64. */
static uint64_t chance(instance *self) {
    uint64_t z = (self->random += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static void fill(instance *self, qe_intent *intent) {
    *intent = (qe_intent){
        .struct_size = sizeof *intent, .kind = QE_INTENT_SUBMIT, .tag = ++self->tag, .side = QE_SIDE_BUY, .type = QE_TYPE_MARKET,
        .quantity = self->size, .confidence = NAN, .edge = NAN};
    if (is(self, "random")) {
        uint64_t words[sizeof *intent / 8];
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) words[i] = chance(self);
        memcpy(intent, words, sizeof *intent);
        /* Half of them get past the first checks. */
        if (chance(self) & 1) {
            intent->struct_size = sizeof *intent;
            intent->kind = 1 + (uint32_t)(chance(self) % 4);
            intent->side = 1 + (uint32_t)(chance(self) % 2);
            intent->type = 1 + (uint32_t)(chance(self) % 2);
            intent->flags &= 3;
            memset(intent->reserved, 0, sizeof intent->reserved);
        }
    } else if (is(self, "nan")) {
        intent->confidence = self->events % 2 ? INFINITY : -NAN;
        intent->edge = self->events % 2 ? -INFINITY : NAN;
    } else if (is(self, "negative")) {
        intent->quantity = -self->size;
    } else if (is(self, "zero")) {
        intent->quantity = 0;
    } else if (is(self, "overflow")) {
        intent->type = QE_TYPE_LIMIT;
        intent->quantity = self->events % 2 ? INT64_MAX : INT64_MIN;
        intent->price = self->events % 3 ? INT64_MAX : INT64_MIN;
    } else if (is(self, "unknown_kind")) {
        intent->kind = 77;
    } else if (is(self, "reserved_set")) {
        intent->reserved[1] = 1;
    } else if (is(self, "wrong_size")) {
        intent->struct_size = self->events % 2 ? 0 : UINT32_MAX;
    } else if (is(self, "same_tag")) {
        intent->tag = 1;
    }
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    (void)context;
    instance *self = memory;
    self->events++;
    if (!self->enabled || event->kind != QE_EVENT_TRADE || is(self, "none")) return QE_OK;
    if (is(self, "process_error")) return QE_ERROR;
    if (is(self, "garbage_status")) return (qe_status)0x7FFFFFFF;
    if (is(self, "count_over_capacity")) {
        *count = self->events % 2 ? capacity + 1 : UINT32_MAX;
        return QE_OK;
    }
    if (is(self, "count_without_intents")) {
        *count = capacity;
        return QE_OK;
    }
    uint32_t wanted = is(self, "flood") ? capacity : 1;
    for (*count = 0; *count < wanted && *count < capacity; ++*count) fill(self, &intents[*count]);
    return is(self, "error_with_intents") ? QE_ERROR : QE_OK;
}

static uint64_t state_size(void *memory) { return is(memory, "state_huge") ? UINT64_MAX : sizeof(uint64_t); }

static qe_status save(void *memory, uint8_t *bytes, uint64_t capacity, uint64_t *written) {
    const instance *self = memory;
    if (is(self, "state_save_error")) return QE_ERROR;
    if (capacity < sizeof self->events) return QE_TOO_SMALL;
    memcpy(bytes, &self->events, sizeof self->events);
    *written = is(self, "state_writes_more") ? capacity + 1 : sizeof self->events;
    return QE_OK;
}

static qe_status restore(void *memory, const uint8_t *bytes, uint64_t size) {
    instance *self = memory;
    if (size != sizeof self->events) return QE_INVALID;
    memcpy(&self->events, bytes, sizeof self->events);
    return QE_OK;
}

static const void *get_extension(const char *id) {
    static const qe_state_extension state = {sizeof state, 0, state_size, save, restore};
    return strcmp(id, QE_EXTENSION_STATE) == 0 ? &state : NULL;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_strategy strategy = {sizeof strategy, 0, create, initialise, activate, process, deactivate, reset, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "Misbehaving",
        .version = "1.0.0",
        .summary = "Breaks the contract in one chosen way.",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE),
        .parameters = parameters,
        .parameter_count = PARAMETER_COUNT,
        .strategy = &strategy,
        .get_extension = get_extension,
    };
    (void)host_minor;
    if (host_major != QE_ABI_MAJOR) {
        say(error, capacity, "1.0...1.x");
        return NULL;
    }
    return &descriptor;
}
