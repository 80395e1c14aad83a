/* One JSON text to a flat tape of 64-bit words, in plain C: no C++ is seen from outside. */
#ifndef QE_CJSON_H
#define QE_CJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qe_json_parser qe_json_parser;

/* Lent until the parser's next call.
   A word's upper 8 bits are its kind, the lower 56 its value (simdjson's doc/tape.md):
   'r' the root, first and last; '{' '[' the low 32 bits index the word behind the closing one; '}' ']';
   '"' an offset into strings: 4 bytes of length, the bytes, a NUL; 64 readable bytes follow the last string;
   'l' 'u' 'd' a signed, unsigned or floating number in the next word; 't' 'f' 'n'. */
typedef struct qe_json_tape {
  const uint64_t *words;
  const uint8_t *strings;
} qe_json_tape;

/* NULL without memory. */
qe_json_parser *qe_json_create(void);
void qe_json_destroy(qe_json_parser *parser);

/* Parses the whole of bytes; they may end anywhere, nothing behind them is read. Allocates only for a text longer than
   any before. 0, or a code for qe_json_reason. */
int qe_json_parse(qe_json_parser *parser, const uint8_t *bytes, size_t length, qe_json_tape *tape);

/* A sentence in static memory. */
const char *qe_json_reason(int code);

#ifdef __cplusplus
}
#endif

#endif
