/* The shipped configuration files, embedded in the program: defaults that need no file, and the words of `config schema`.
 * Static memory, without an end mark. */
#ifndef SETTINGS_TEXTS_H
#define SETTINGS_TEXTS_H

#include <stddef.h>

extern const unsigned char *_Nonnull const settings_text_settings;
extern const size_t settings_text_settings_size;
extern const unsigned char *_Nonnull const settings_text_pairs;
extern const size_t settings_text_pairs_size;
extern const unsigned char *_Nonnull const settings_text_supervisor;
extern const size_t settings_text_supervisor_size;
extern const unsigned char *_Nonnull const settings_text_risk;
extern const size_t settings_text_risk_size;

#endif
