#include "crc32c.h"

#include <string.h>

static uint32_t table[256];

/* Before main: a table is never seen half made. */
__attribute__((constructor)) static void make_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
        table[byte] = crc;
    }
}

uint32_t qe_crc32c_portable(uint32_t seed, const void *bytes, size_t size) {
    const uint8_t *next = bytes;
    uint32_t crc = ~seed;
    while (size-- > 0) crc = (crc >> 8) ^ table[(crc ^ *next++) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t seed, const void *bytes, size_t size) {
    const uint8_t *next = bytes;
    uint64_t crc = (uint32_t)~seed;
    for (; size >= 8; size -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    uint32_t rest = (uint32_t)crc;
    while (size-- > 0) rest = _mm_crc32_u8(rest, *next++);
    return ~rest;
}

static int has_instruction;

__attribute__((constructor)) static void look(void) { has_instruction = __builtin_cpu_supports("sse4.2"); }

uint32_t qe_crc32c(uint32_t seed, const void *bytes, size_t size) {
    return has_instruction ? by_instruction(seed, bytes, size) : qe_crc32c_portable(seed, bytes, size);
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

uint32_t qe_crc32c(uint32_t seed, const void *bytes, size_t size) {
    const uint8_t *next = bytes;
    uint32_t crc = ~seed;
    for (; size >= 8; size -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = __crc32cd(crc, word);
    }
    while (size-- > 0) crc = __crc32cb(crc, *next++);
    return ~crc;
}
#else
uint32_t qe_crc32c(uint32_t seed, const void *bytes, size_t size) { return qe_crc32c_portable(seed, bytes, size); }
#endif
