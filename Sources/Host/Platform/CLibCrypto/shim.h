#ifndef QE_CLIBCRYPTO_SHIM_H
#define QE_CLIBCRYPTO_SHIM_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#endif
