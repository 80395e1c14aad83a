/*
 * A fixture that takes its host with it in the call that the parameter `after` counts to, by the text parameter `fault`:
 *   spin     does not return and uses the processor
 *   block    says so on standard error, does not return and waits
 *   segv     reads where nothing is
 *   abort    calls abort
 *   stack    runs out of stack
 *   none     behaves: it sends nothing
 * or as it is created, which nobody can publish who tries it first:
 *   start_segv, start_spin
 */
#include "quantumedge_plugin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAULT, AFTER, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [FAULT] = {"fault", "how it ends", QE_PARAMETER_TEXT, 0, 0, 0, 0, "none", 0},
    [AFTER] = {"after", "calls that go well", QE_PARAMETER_INTEGER, 0, 10, 0, 1e9, NULL, 0},
};

static const char *const faults[] = {"none", "spin", "block", "segv", "abort", "stack", "start_segv", "start_spin"};

static volatile int turns = 1;

typedef struct instance {
    const char *fault;
    int64_t left;
} instance;

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    (void)host;
    (void)error;
    (void)capacity;
    if (config->parameters == NULL || config->parameter_count != PARAMETER_COUNT) return QE_INVALID;
    const char *fault = NULL;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcmp(config->parameters[FAULT].text, faults[i]) == 0) fault = faults[i];
    if (fault == NULL) return QE_INVALID;
    if (strcmp(fault, "start_segv") == 0) return *(volatile int *)16;
    if (strcmp(fault, "start_spin") == 0)
        while (turns) {}
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    self->fault = fault;
    self->left = config->parameters[AFTER].integer;
    *out = self;
    return QE_OK;
}

static qe_status fine(void *memory) {
    (void)memory;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

/* Not in vain: the compiler must keep each frame. */
static int deepen(volatile char *above) {
    volatile char frame[4096];
    frame[0] = above[0];
    return turns ? deepen(frame) + frame[0] : 0;
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    (void)context;
    (void)event;
    (void)intents;
    (void)capacity;
    (void)count;
    instance *self = memory;
    if (self->left-- > 0) return QE_OK;
    if (strcmp(self->fault, "spin") == 0)
        while (turns) {}
    if (strcmp(self->fault, "block") == 0) {
        static const char words[] = "fatal: it blocks\n";
        if (write(2, words, sizeof words - 1) < 0) return QE_ERROR;
        while (turns) pause();
    }
    if (strcmp(self->fault, "segv") == 0) return *(volatile int *)16;
    if (strcmp(self->fault, "abort") == 0) abort();
    if (strcmp(self->fault, "stack") == 0) {
        volatile char begin[1] = {0};
        return deepen(begin) ? QE_ERROR : QE_OK;
    }
    return QE_OK;
}

static const void *get_extension(const char *id) {
    (void)id;
    return NULL;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_strategy strategy = {sizeof strategy, 0, create, fine, fine, process, fine, fine, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "Fatal",
        .version = "1.0.0",
        .summary = "Takes its host with it.",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE),
        .parameters = parameters,
        .parameter_count = PARAMETER_COUNT,
        .strategy = &strategy,
        .get_extension = get_extension,
    };
    (void)host_minor;
    (void)error;
    (void)capacity;
    return host_major == QE_ABI_MAJOR ? &descriptor : NULL;
}
