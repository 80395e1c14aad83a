/* Gives a descriptor that ends after its kind: a host that reads on reads something else's memory. */
#include "quantumedge_plugin.h"

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const uint32_t descriptor[4] = {sizeof descriptor, QE_ABI_MAJOR, QE_ABI_MINOR, QE_KIND_STRATEGY};
    (void)host_major;
    (void)host_minor;
    (void)error;
    (void)capacity;
    return (const qe_descriptor *)(const void *)descriptor;
}
