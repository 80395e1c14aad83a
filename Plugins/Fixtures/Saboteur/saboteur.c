/*
 * A fixture that holds a position and then fails, at a moment and in a way that change from life to life: for hosts that are
 * to survive it. What it does is drawn from the receive time of its first event.
 *   fault  none: behaves for ever; mix: any of the others; crash, abort, trap, exit, hang, flood, overflow, status, memory
 *   within events before it fails, at most
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FAULT, WITHIN, SIZE, PARAMETER_COUNT };

static const char *const faults[] = {"crash", "abort", "trap", "exit", "hang", "flood", "overflow", "status", "memory"};
enum { FAULT_COUNT = sizeof faults / sizeof *faults };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [FAULT] = {"fault", "what goes wrong", QE_PARAMETER_TEXT, 0, 0, 0, 0, "mix", 0},
    [WITHIN] = {"within", "events before it does, at most", QE_PARAMETER_INTEGER, 0, 40, 1, 1e9, NULL, 0},
    [SIZE] = {"size", "of the position that it holds", QE_PARAMETER_QUANTITY, 0, 0.01, 0, 1000, NULL, 0},
};

typedef struct instance {
    char fault[16];
    uint64_t random;
    int64_t within;
    int64_t left;
    int64_t size;
    uint64_t tag;
} instance;

static uint64_t chance(instance *self) {
    uint64_t z = (self->random += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    (void)host;
    (void)error;
    (void)capacity;
    if (config->parameters == NULL || config->parameter_count != PARAMETER_COUNT) return QE_INVALID;
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    strncpy(self->fault, config->parameters[FAULT].text, sizeof self->fault - 1);
    self->within = config->parameters[WITHIN].integer;
    self->size = config->parameters[SIZE].integer;
    self->left = -1;
    *out = self;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

static qe_status fail(instance *self, qe_intent *intents, uint32_t capacity, uint32_t *count) {
    if (strcmp(self->fault, "mix") == 0) strcpy(self->fault, faults[chance(self) % FAULT_COUNT]);
    const char *fault = self->fault;
    if (strcmp(fault, "crash") == 0) *(volatile int *)8 = 1;
    if (strcmp(fault, "abort") == 0) abort();
    if (strcmp(fault, "trap") == 0) __builtin_trap();
    if (strcmp(fault, "exit") == 0) exit(7);
    if (strcmp(fault, "hang") == 0)
        for (volatile int i = 0;; i++) {}
    if (strcmp(fault, "memory") == 0)
        for (;;) memset(malloc(16u << 20), 1, 16u << 20); /* until there is none, and NULL is written to */
    if (strcmp(fault, "overflow") == 0) *count = capacity + 1;
    if (strcmp(fault, "flood") == 0) {
        /* All that fits into every call from now on: the host counts them in a second. */
        for (*count = 0; *count < capacity; ++*count)
            intents[*count] = (qe_intent){.struct_size = sizeof *intents, .kind = QE_INTENT_CANCEL, .tag = ++self->tag, .target_tag = 1u << 30,
                                          .confidence = NAN, .edge = NAN};
        self->left = 0;
    }
    return strcmp(fault, "status") == 0 ? QE_ERROR : QE_OK;
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    instance *self = memory;
    if (self->left < 0) {
        self->random = (uint64_t)context->receive_ns;
        self->left = (int64_t)(chance(self) % (uint64_t)self->within);
    }
    int fails = strcmp(self->fault, "none") != 0 && self->left-- == 0;
    if (fails) return fail(self, intents, capacity, count);
    if (event->kind == QE_EVENT_TRADE && context->position == 0 && context->working_buy == 0 && self->size > 0 && capacity > 0) {
        intents[0] = (qe_intent){.struct_size = sizeof *intents, .kind = QE_INTENT_SUBMIT, .tag = ++self->tag, .side = QE_SIDE_BUY,
                                 .type = QE_TYPE_MARKET, .quantity = self->size, .confidence = NAN, .edge = NAN};
        *count = 1;
    }
    return QE_OK;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_strategy strategy = {sizeof strategy, 0, create, accept, accept, process, accept, accept, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "Saboteur",
        .version = "1.0.0",
        .summary = "Holds a position and fails.",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE) | QE_SUBSCRIBE(QE_EVENT_QUOTE),
        .parameters = parameters,
        .parameter_count = PARAMETER_COUNT,
        .strategy = &strategy,
    };
    (void)host_minor;
    (void)error;
    (void)capacity;
    return host_major == QE_ABI_MAJOR ? &descriptor : NULL;
}
