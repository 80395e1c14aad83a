// Every call of simdjson used here is noexcept and gives a code.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>

#include "cjson.h"

using simdjson::error_code;

struct qe_json_parser {
  simdjson::dom::parser parser;
  simdjson::dom::document document;
  // simdjson reads up to SIMDJSON_PADDING bytes past the end of its input.
  std::unique_ptr<uint8_t[]> scratch;
  size_t capacity = 0;
};

extern "C" qe_json_parser *qe_json_create(void) { return new (std::nothrow) qe_json_parser; }

extern "C" void qe_json_destroy(qe_json_parser *parser) { delete parser; }

static bool reserve(qe_json_parser *parser, size_t length) {
  if (length <= parser->capacity) return true;
  size_t capacity = parser->capacity < 4096 ? 4096 : parser->capacity;
  while (capacity < length) capacity *= 2;
  std::unique_ptr<uint8_t[]> memory(new (std::nothrow) uint8_t[capacity + simdjson::SIMDJSON_PADDING]());
  if (!memory) return false;
  // The two others grow here too, so that texts of growing length do not allocate one by one.
  if (parser->parser.allocate(capacity) != simdjson::SUCCESS) return false;
  if (parser->document.allocate(capacity) != simdjson::SUCCESS) return false;
  parser->scratch = std::move(memory);
  parser->capacity = capacity;
  return true;
}

extern "C" int qe_json_parse(qe_json_parser *parser, const uint8_t *bytes, size_t length, qe_json_tape *tape) {
  if (length > simdjson::SIMDJSON_MAXSIZE_BYTES) return simdjson::CAPACITY;
  if (!reserve(parser, length)) return simdjson::MEMALLOC;
  if (length > 0) std::memcpy(parser->scratch.get(), bytes, length);
  const error_code code = parser->parser.parse_into_document(parser->document, parser->scratch.get(), length, false).error();
  if (code != simdjson::SUCCESS) return code;
  tape->words = parser->document.tape.get();
  tape->strings = parser->document.string_buf.get();
  return 0;
}

extern "C" const char *qe_json_reason(int code) { return simdjson::error_message(static_cast<error_code>(code)); }
