#ifndef QE_HEAP_H
#define QE_HEAP_H

#include <stdint.h>

/* Bytes that malloc has given out and not got back. */
uint64_t qe_heap_bytes(void);

#endif
