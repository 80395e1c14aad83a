/* libxgboost's C functions, found at run time: nothing here needs the library, its headers or its name when it is linked. */
#ifndef QE_CXGBOOST_H
#define QE_CXGBOOST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Prototypes as in xgboost/c_api.h of 1.7 and later; handles are opaque, counts 64 bits, 0 = done. What is lent stays valid
   until the handle's next call of the same thread. */
typedef struct qe_xgboost_functions {
  void (*version)(int *major, int *minor, int *patch);
  /* Of the calling thread. */
  const char *(*last_error)(void);
  /* Of the calling thread. */
  int (*set_global_config)(const char *json);

  int (*matrix_create)(const float *rows, uint64_t row_count, uint64_t column_count, float missing, void **matrix, int threads);
  int (*matrix_set_floats)(void *matrix, const char *field, const float *values, uint64_t count);
  int (*matrix_set_texts)(void *matrix, const char *field, const char **texts, uint64_t count);
  int (*matrix_free)(void *matrix);

  int (*booster_create)(void *const *matrices, uint64_t count, void **booster);
  int (*booster_free)(void *booster);
  int (*booster_set)(void *booster, const char *name, const char *value);
  int (*booster_update)(void *booster, int iteration, void *matrix);
  int (*booster_predict)(void *booster, void *matrix, const char *json, const uint64_t **shape, uint64_t *dimensions, const float **values);
  int (*booster_predict_dense)(
      void *booster, const char *rows_json, const char *json, void *matrix, const uint64_t **shape, uint64_t *dimensions, const float **values);
  int (*booster_set_texts)(void *booster, const char *field, const char **texts, uint64_t count);
  int (*booster_slice)(void *booster, int begin, int end, int step, void **slice);
  int (*booster_save)(void *booster, const char *json, uint64_t *length, const char **bytes);
  int (*booster_load)(void *booster, const void *bytes, uint64_t length);
  int (*booster_scores)(
      void *booster, const char *json, uint64_t *feature_count, const char *const **features, uint64_t *dimensions, const uint64_t **shape,
      const float **scores);
} qe_xgboost_functions;

/* Loads the library and fills the table; it stays loaded. 0, or -1 with a reason of one line. */
int qe_xgboost_load(const char *library, qe_xgboost_functions *functions, char *reason, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
