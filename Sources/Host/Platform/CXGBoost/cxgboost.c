#include "cxgboost.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int qe_xgboost_load(const char *library, qe_xgboost_functions *functions, char *reason, size_t capacity) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    const char *text = dlerror();
    snprintf(reason, capacity, "%s", text != NULL ? text : "it cannot be loaded");
    return -1;
  }
  const struct {
    const char *symbol;
    void *member;
  } entries[] = {
      {"XGBoostVersion", &functions->version},
      {"XGBGetLastError", &functions->last_error},
      {"XGBSetGlobalConfig", &functions->set_global_config},
      {"XGDMatrixCreateFromMat_omp", &functions->matrix_create},
      {"XGDMatrixSetFloatInfo", &functions->matrix_set_floats},
      {"XGDMatrixSetStrFeatureInfo", &functions->matrix_set_texts},
      {"XGDMatrixFree", &functions->matrix_free},
      {"XGBoosterCreate", &functions->booster_create},
      {"XGBoosterFree", &functions->booster_free},
      {"XGBoosterSetParam", &functions->booster_set},
      {"XGBoosterUpdateOneIter", &functions->booster_update},
      {"XGBoosterPredictFromDMatrix", &functions->booster_predict},
      {"XGBoosterPredictFromDense", &functions->booster_predict_dense},
      {"XGBoosterSetStrFeatureInfo", &functions->booster_set_texts},
      {"XGBoosterSlice", &functions->booster_slice},
      {"XGBoosterSaveModelToBuffer", &functions->booster_save},
      {"XGBoosterLoadModelFromBuffer", &functions->booster_load},
      {"XGBoosterFeatureScore", &functions->booster_scores},
  };
  for (size_t index = 0; index < sizeof(entries) / sizeof(entries[0]); index++) {
    void *address = dlsym(handle, entries[index].symbol);
    if (address == NULL) {
      snprintf(reason, capacity, "it has no %s: it is older than 1.7 or is no libxgboost", entries[index].symbol);
      dlclose(handle);
      return -1;
    }
    /* A copy of bytes: C has no conversion from an object's pointer to a function's. */
    memcpy(entries[index].member, &address, sizeof(address));
  }
  return 0;
}
