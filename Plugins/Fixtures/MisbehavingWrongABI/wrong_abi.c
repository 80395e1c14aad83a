/* A plugin of another ABI that refuses as the contract asks: NULL, and the range it supports. */
#include "quantumedge_plugin.h"

#include <string.h>

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    (void)host_major;
    (void)host_minor;
    if (capacity > 0) {
        strncpy(error, "7.0...7.3", capacity - 1);
        error[capacity - 1] = 0;
    }
    return NULL;
}
