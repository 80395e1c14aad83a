/* A model, correct as such: the fault is to take it for a strategy. */
#include "quantumedge_plugin.h"

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

static qe_status predict(void *memory, const double *features, uint32_t count, qe_prediction *out) {
    (void)memory;
    (void)features;
    (void)count;
    out->p_up = out->p_down = 0.5;
    out->edge = 0;
    return QE_OK;
}

static void destroy(void *memory) { (void)memory; }

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_model model = {sizeof model, 0, create, accept, accept, predict, accept, accept, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_MODEL,
        .name = "MisbehavingModel",
        .version = "1.0.0",
        .model = &model,
    };
    (void)host_major;
    (void)host_minor;
    (void)error;
    (void)capacity;
    return &descriptor;
}
