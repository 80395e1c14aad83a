/* The files of a new plugin package, embedded in the program. Static memory. */
#ifndef SCAFFOLD_TEXTS_H
#define SCAFFOLD_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#define SCAFFOLD_SWIFT ((uint32_t)1)
#define SCAFFOLD_C ((uint32_t)2)
#define SCAFFOLD_BOTH ((uint32_t)3)

typedef struct scaffold_text {
    const char *_Nonnull path; /* in the package, with __NAME__ for its name */
    uint32_t languages;        /* SCAFFOLD_... */
    uint32_t is_copy;          /* 1: of the contract, to be stamped; 0: for the author to change */
    const unsigned char *_Nonnull bytes;
    size_t size;
} scaffold_text;

extern const size_t scaffold_text_count;
/* Below scaffold_text_count. */
const scaffold_text *_Nonnull scaffold_text_at(size_t index);

#endif
