/* What the doctor asks of the machine. */
#ifndef QE_MACHINE_H
#define QE_MACHINE_H

#include <stdint.h>

/* 1 landlock, 2 seccomp's traps, 4 memory files with seals. */
uint32_t qe_kernel_features(void);

/* Whether an NTP client keeps the clock: 1, 0, or -1 when the kernel does not say. */
int qe_clock_is_synchronised(void);

/* Other processes of the same user may no longer look into this one's memory, and it leaves no core file. 0, or -1 with errno. */
int qe_process_hide(void);

/* As the C library says it, "2.36". */
const char *qe_libc_version(void);

/* Gives descriptors 0, 1 and 2 to /dev/null where they are closed: the next file that is opened must not become one of them.
 * Reading or writing them fails as before. */
void qe_open_standard_streams(void);

#endif
