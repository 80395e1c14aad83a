/*
 * Stands in for lib_lightgbm.so in tests: the functions that LightGBMModel uses, which do what a line `fault=...` of the model's text
 * says. -DWITHOUT_PREDICT leaves one of them out.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct model {
    char fault[32];
} model;

static int live; /* handles that are not freed */
static char words[256] = "";

int fake_live(void) { return live; }

static int fail(const char *text) {
    strncpy(words, text, sizeof words - 1);
    return -1;
}

static int is(const void *handle, const char *fault) { return strcmp(((const model *)handle)->fault, fault) == 0; }

static model *copy(const model *from) {
    model *made = calloc(1, sizeof *made);
    if (made != NULL && from != NULL) *made = *from;
    live++;
    return made;
}

const char *LGBM_GetLastError(void) { return words; }

int LGBM_BoosterLoadModelFromString(const char *text, int *trees, void **out) {
    model found = {""};
    const char *line = strstr(text, "fault=");
    if (line != NULL) {
        size_t length = strcspn(line + 6, "\n");
        if (length < sizeof found.fault) memcpy(found.fault, line + 6, length);
    }
    if (is(&found, "load")) return fail("Model format error,\nexpect a tree here");
    *trees = is(&found, "no trees") ? 0 : 3;
    *out = is(&found, "no model") ? NULL : copy(&found);
    return 0;
}

int LGBM_BoosterFree(void *handle) {
    live--;
    free(handle);
    return 0;
}

int LGBM_FastConfigFree(void *handle) { return LGBM_BoosterFree(handle); }

int LGBM_BoosterGetNumFeature(void *handle, int *count) {
    if (is(handle, "count")) return fail("no features known");
    *count = is(handle, "no features") ? 0 : 18;
    return 0;
}

int LGBM_BoosterGetNumClasses(void *handle, int *count) {
    *count = is(handle, "three classes") ? 3 : 1;
    return 0;
}

int LGBM_BoosterPredictForMatSingleRowFastInit(void *handle, int kind, int first, int trees, int type, int32_t columns, const char *options,
                                               void **out) {
    if (is(handle, "prepare") || kind != 0 || first != 0 || trees != -1 || type != 1 || columns != 18 || strcmp(options, "num_threads=1") != 0)
        return fail("it was called otherwise than it should be");
    *out = is(handle, "no row") ? NULL : copy(handle);
    return 0;
}

#ifndef WITHOUT_PREDICT
int LGBM_BoosterPredictForMatSingleRowFast(void *handle, const double *row, int64_t *count, double *out) {
    if (is(handle, "predict")) return fail("no prediction today");
    *count = is(handle, "two numbers") ? 2 : 1;
    double sum = 0;
    for (int i = 0; i < 18; i++) sum += row[i] != row[i] ? 0 : row[i];
    void *volatile scratch = malloc(64); /* a runtime allocates */
    free(scratch);
    *out = is(handle, "beyond") ? 1.5 : sum > 8 ? 1 : sum < -8 ? 0 : 0.5 + sum / 16;
    return 0;
}
#endif
