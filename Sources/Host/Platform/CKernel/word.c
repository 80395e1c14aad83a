#define _GNU_SOURCE
#include "cprocess.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

uint32_t qe_word_load(const qe_word *word) { return __atomic_load_n(&word->value, __ATOMIC_ACQUIRE); }

void qe_word_raise(qe_word *word, uint32_t value) {
    /* Store, then load, against the sleeper's store, then load: without one order of all four both could miss the other. */
    __atomic_store_n(&word->value, value, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&word->sleeping, __ATOMIC_SEQ_CST) != 0) syscall(SYS_futex, &word->value, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

uint32_t qe_word_spin(const qe_word *word, uint32_t old, uint64_t times) {
    uint32_t value = qe_word_load(word);
    while (value == old && times > 0) {
        pause_briefly();
        times--;
        value = qe_word_load(word);
    }
    return value;
}

uint32_t qe_word_spin_for(const qe_word *word, uint32_t wanted, uint64_t times) {
    uint32_t old = qe_word_load(word), value = old;
    while (value != wanted && value == old && times > 0) {
        pause_briefly();
        times--;
        value = qe_word_load(word);
    }
    return value;
}

void qe_word_sleep(qe_word *word, uint32_t old, int64_t nanoseconds) {
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    __atomic_store_n(&word->sleeping, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&word->value, __ATOMIC_SEQ_CST) == old)
        syscall(SYS_futex, &word->value, FUTEX_WAIT, old, nanoseconds < 0 ? NULL : &time, NULL, 0);
    __atomic_store_n(&word->sleeping, 0, __ATOMIC_SEQ_CST);
}
