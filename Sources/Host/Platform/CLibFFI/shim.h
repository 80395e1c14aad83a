#ifndef QE_CLIBFFI_SHIM_H
#define QE_CLIBFFI_SHIM_H

#include <ffi.h>

/* The library's type descriptions are variables that nobody writes; Swift sees a function's result without a doubt. */
static inline ffi_type *qe_ffi_void(void) { return &ffi_type_void; }
static inline ffi_type *qe_ffi_pointer(void) { return &ffi_type_pointer; }
static inline ffi_type *qe_ffi_f32(void) { return &ffi_type_float; }
static inline ffi_type *qe_ffi_f64(void) { return &ffi_type_double; }
static inline ffi_type *qe_ffi_i32(void) { return &ffi_type_sint32; }
static inline ffi_type *qe_ffi_i64(void) { return &ffi_type_sint64; }
static inline ffi_type *qe_ffi_u32(void) { return &ffi_type_uint32; }
static inline ffi_type *qe_ffi_u64(void) { return &ffi_type_uint64; }

/* ffi_call wants a function's address as a function. */
static inline void qe_ffi_call(ffi_cif *cif, void *function, void *result, void **arguments) {
    ffi_call(cif, (void (*)(void))function, result, arguments);
}

#endif
