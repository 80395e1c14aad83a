/* Says it is a strategy and has no table of functions. */
#include "quantumedge_plugin.h"

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "MisbehavingNullTable",
        .version = "1.0.0",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE),
    };
    (void)host_major;
    (void)host_minor;
    (void)error;
    (void)capacity;
    return &descriptor;
}
