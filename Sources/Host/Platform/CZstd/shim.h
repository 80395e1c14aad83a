#ifndef QE_CZSTD_SHIM_H
#define QE_CZSTD_SHIM_H

#include <zstd.h>

#endif
