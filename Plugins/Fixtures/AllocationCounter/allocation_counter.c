/*
 * For LD_PRELOAD: counts what a process allocates and writes the counts at exit to the file that QE_ALLOCATION_COUNT_FILE
 * names, one "name count" per line. A test compares two runs of different length: what a steady state allocates is the
 * difference. A program that ends by _exit or a signal leaves no file. glibc's own __libc_ functions do the work, so
 * nothing here allocates or looks a symbol up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *pointer);

#define EXPORT __attribute__((visibility("default")))

static atomic_uint_fast64_t malloc_count, calloc_count, realloc_count, aligned_count, free_count, byte_count;

static void count(atomic_uint_fast64_t *counter, size_t bytes) {
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&byte_count, bytes, memory_order_relaxed);
}

EXPORT void *malloc(size_t size) {
    count(&malloc_count, size);
    return __libc_malloc(size);
}

EXPORT void *calloc(size_t number, size_t size) {
    count(&calloc_count, number * size); /* a product that overflows is refused below and only counted wrong */
    return __libc_calloc(number, size);
}

EXPORT void *realloc(void *pointer, size_t size) {
    count(&realloc_count, size);
    return __libc_realloc(pointer, size);
}

EXPORT void free(void *pointer) {
    if (pointer != NULL) atomic_fetch_add_explicit(&free_count, 1, memory_order_relaxed);
    __libc_free(pointer);
}

EXPORT void *memalign(size_t alignment, size_t size) {
    count(&aligned_count, size);
    return __libc_memalign(alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size) {
    count(&aligned_count, size);
    return __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **pointer, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    count(&aligned_count, size);
    int kept = errno; /* posix_memalign returns its error and leaves errno alone */
    void *memory = __libc_memalign(alignment, size);
    errno = kept;
    if (memory == NULL) return ENOMEM;
    *pointer = memory;
    return 0;
}

/* All allocations so far, for a process that wants to look while it runs (dlsym). */
EXPORT uint64_t qe_allocation_count(void) {
    return atomic_load(&malloc_count) + atomic_load(&calloc_count) + atomic_load(&realloc_count) + atomic_load(&aligned_count);
}

/* The name is read at start: a program may clear its environment. */
static char path[4096];

__attribute__((constructor)) static void start(void) {
    const char *name = getenv("QE_ALLOCATION_COUNT_FILE");
    if (name != NULL && strlen(name) < sizeof path) strcpy(path, name);
}

__attribute__((destructor)) static void finish(void) {
    if (path[0] == 0) return;
    char text[512];
    int length = snprintf(text, sizeof text, "allocations %llu\nmalloc %llu\ncalloc %llu\nrealloc %llu\naligned %llu\nfree %llu\nbytes %llu\n",
                          (unsigned long long)qe_allocation_count(), (unsigned long long)malloc_count,
                          (unsigned long long)calloc_count, (unsigned long long)realloc_count, (unsigned long long)aligned_count,
                          (unsigned long long)free_count, (unsigned long long)byte_count);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return; /* the reader finds no file and says so */
    for (int written = 0; written < length;) {
        ssize_t more = write(file, text + written, (size_t)(length - written));
        if (more <= 0) break;
        written += (int)more;
    }
    close(file);
}
