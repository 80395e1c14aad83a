/*
 * A descriptor with one thing wrong. Which one is written into `chosen` by overwriting the bytes of the built library
 * (that is another digest, so another image): one small library stands for all faults of a descriptor.
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <string.h>

/* Volatile: the compiler may not read it before the bytes are overwritten. */
static const volatile char chosen[48] = "QE-DESCRIPTOR-FAULT:none";

static int is(const char *fault) {
    const volatile char *text = chosen + sizeof "QE-DESCRIPTOR-FAULT:" - 1;
    while (*fault != 0 && *fault == *text) fault++, text++;
    return *fault == 0 && *text == 0;
}

static char only;

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    (void)host;
    (void)config;
    (void)error;
    (void)capacity;
    *out = &only;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    (void)memory;
    (void)context;
    (void)event;
    (void)intents;
    (void)capacity;
    *count = 0;
    return QE_OK;
}

static void destroy(void *memory) { (void)memory; }

static char endless[4096];

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static qe_strategy strategy = {sizeof strategy, 0, create, accept, accept, process, accept, accept, destroy};
    static qe_parameter parameters[2] = {
        {"first", NULL, QE_PARAMETER_REAL, 0, 0.5, 0, 1, NULL, 0},
        {"second", NULL, QE_PARAMETER_INTEGER, 0, 5, 0, 10, NULL, 0},
    };
    static qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "MisbehavingDescriptor",
        .version = "1.0.0",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE),
        .parameters = parameters,
        .parameter_count = 2,
        .strategy = &strategy,
    };
    uintptr_t none = 0;
    (void)host_major;
    (void)host_minor;
    (void)error;
    (void)capacity;
    if (is("major")) descriptor.abi_major = 9;
    if (is("kind")) descriptor.kind = 3;
    if (is("name_null")) memcpy(&descriptor.name, &none, sizeof none);
    if (is("name_path")) descriptor.name = "../evil";
    if (is("name_empty")) descriptor.name = "";
    if (is("name_endless")) descriptor.name = memset(endless, 'a', sizeof endless);
    if (is("version_null")) memcpy(&descriptor.version, &none, sizeof none);
    if (is("events_unknown")) descriptor.events |= (uint64_t)1 << 40;
    if (is("events_zero_bit")) descriptor.events |= 1;
    if (is("events_depth")) descriptor.events |= QE_SUBSCRIBE(QE_EVENT_DEPTH);
    if (is("timer_zero")) descriptor.events |= QE_SUBSCRIBE(QE_EVENT_TIMER);
    if (is("timer_negative")) descriptor.events |= QE_SUBSCRIBE(QE_EVENT_TIMER), descriptor.timer_period_ms = INT64_MIN;
    if (is("parameters_null")) descriptor.parameters = NULL;
    if (is("parameters_many")) descriptor.parameter_count = UINT32_MAX;
    if (is("parameter_name_null")) memcpy(&parameters[1].name, &none, sizeof none);
    if (is("parameter_name_bad")) parameters[1].name = "Second Name";
    if (is("parameter_twice")) parameters[1].name = "first";
    if (is("parameter_type")) parameters[1].type = 99;
    if (is("parameter_nan_default")) parameters[0].default_value = NAN;
    if (is("parameter_infinite_maximum")) parameters[0].maximum = INFINITY;
    if (is("parameter_default_outside")) parameters[0].default_value = 2;
    if (is("parameter_bounds_reversed")) parameters[0].minimum = 2, parameters[0].maximum = 1;
    if (is("table_short")) strategy.struct_size = 32;
    if (is("process_null")) memcpy(&strategy.process, &none, sizeof none);
    if (is("destroy_null")) memcpy(&strategy.destroy, &none, sizeof none);
    if (is("features")) descriptor.uses_features = 1;
    return &descriptor;
}
