/* CRC32C (Castagnoli, reflected 0x82F63B78), as in iSCSI, ext4 and RFC 3720. */
#ifndef QE_CRC32C_H
#define QE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Of `size` bytes; `seed` is the CRC of what came before, 0 at the beginning. */
uint32_t qe_crc32c(uint32_t seed, const void *bytes, size_t size);

/* The same without the processor's own instruction, to compare with. */
uint32_t qe_crc32c_portable(uint32_t seed, const void *bytes, size_t size);

#endif
