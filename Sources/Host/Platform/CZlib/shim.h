#ifndef QE_CZLIB_SHIM_H
#define QE_CZLIB_SHIM_H

#include <zlib.h>

/* inflateInit2 and deflateInit2 are macros, which Swift does not import. 15 + 16: a 32 KiB window, gzip framing only. */
static inline int qe_gunzip_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

static inline int qe_gzip_init(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
