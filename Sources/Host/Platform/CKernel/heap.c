#include "heap.h"

#include <malloc.h>

uint64_t qe_heap_bytes(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
