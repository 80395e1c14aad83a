/* Refuses without a word. */
#include "quantumedge_plugin.h"

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    (void)host_major;
    (void)host_minor;
    (void)error;
    (void)capacity;
    return NULL;
}
