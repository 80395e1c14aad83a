/*
 * Stands in for libonnxruntime.so.1 in tests: as much of its table of functions as ONNXModel uses. The model's bytes are a word that says
 * what goes wrong. -DVERSION=..., -DWITHOUT_BASE and -DWITHOUT_TABLE make another library of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION "1.99.0"
#endif

enum { STATUS, ENVIRONMENT, OPTIONS, SESSION, MEMORY, VALUE, TYPE, SHAPE, KINDS };

typedef struct thing {
    int kind;
    int is_output; /* of types */
    int number;    /* of types: which output */
    char fault[32];
    float *row;
    float answer[4];
    char text[64];
} thing;

static int live; /* things that are not released */

int fake_live(void) { return live; }

static thing *make(int kind) {
    thing *made = calloc(1, sizeof *made);
    made->kind = kind;
    live++;
    return made;
}

static thing *fail(const char *text) {
    thing *status = make(STATUS);
    strncpy(status->text, text, sizeof status->text - 1);
    return status;
}

static char current[32]; /* the fault of the session that was made last: types do not know theirs */

static int is(const char *fault) { return strcmp(current, fault) == 0; }

static const char *message(thing *status) { return status->text; }

static void release(thing *what) {
    live--;
    free(what);
}

static thing *create_environment(int level, const char *name, thing **out) {
    if (level != 4 || strcmp(name, "quantumedge") != 0) return fail("called otherwise");
    *out = make(ENVIRONMENT);
    return NULL;
}

static thing *create_options(thing **out) {
    *out = make(OPTIONS);
    return NULL;
}

static thing *set_threads(thing *options, int count) { return options->kind == OPTIONS && count == 1 ? NULL : fail("more than one thread"); }

static thing *create_session(thing *environment, const void *bytes, size_t size, thing *options, thing **out) {
    memset(current, 0, sizeof current);
    memcpy(current, bytes, size < sizeof current ? size : sizeof current - 1);
    if (environment->kind != ENVIRONMENT || options->kind != OPTIONS || is("load")) return fail("Protobuf parsing failed\nfor this model");
    *out = is("no session") ? NULL : make(SESSION);
    return NULL;
}

static thing *input_count(thing *session, size_t *count) {
    (void)session;
    *count = is("two inputs") ? 2 : is("inputs") ? 1000 : 1;
    return NULL;
}

static thing *output_count(thing *session, size_t *count) {
    (void)session;
    *count = is("label") || is("two outputs") ? 2 : 1;
    return NULL;
}

static thing *name(thing *session, size_t index, void *allocator, char **out) {
    (void)session;
    if (allocator == NULL) return fail("no allocator");
    live++;
    *out = strdup(index == 0 ? "first" : "second");
    return NULL;
}

static thing *allocator_free(void *allocator, void *text) {
    (void)allocator;
    live--;
    free(text);
    return NULL;
}

static thing *default_allocator(void **out) {
    static int allocator;
    *out = &allocator;
    return NULL;
}

static thing *type(thing *session, size_t index, thing **out, int is_output) {
    (void)session;
    *out = make(TYPE);
    (*out)->is_output = is_output;
    (*out)->number = (int)index;
    return NULL;
}

static thing *input_type(thing *session, size_t index, thing **out) { return type(session, index, out, 0); }
static thing *output_type(thing *session, size_t index, thing **out) { return type(session, index, out, 1); }

static thing *kind_of_type(thing *what, int *kind) {
    *kind = (what->is_output && is("maps")) || (!what->is_output && is("sequence input")) ? 2 : 1;
    return NULL;
}

static thing *cast_to_tensor(thing *what, thing **out) {
    *out = what;
    return NULL;
}

static thing *element_type(thing *what, int *element) {
    int is_label = is("whole answer") || (is("label") && what->number == 0);
    if (what->kind == SHAPE) *element = is("other type") ? 11 : 1;
    else *element = (what->is_output && is_label) || (!what->is_output && is("whole input")) ? 7 : 1;
    return NULL;
}

static thing *dimension_count(thing *what, size_t *count) {
    (void)what;
    *count = is("flat") ? 1 : is("deep") ? 12 : 2;
    return NULL;
}

static thing *dimensions(thing *what, int64_t *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = i == 0 ? -1 : what->is_output ? 2 : is("any columns") ? -1 : 18;
    return NULL;
}

static thing *create_memory(int allocator, int kind, thing **out) {
    (void)allocator;
    (void)kind;
    *out = make(MEMORY);
    return NULL;
}

static thing *create_tensor(thing *memory, void *row, size_t bytes, const int64_t *shape, size_t rank, int element, thing **out) {
    if (memory->kind != MEMORY || bytes != 18 * sizeof(float) || rank != 2 || shape[0] != 1 || shape[1] != 18 || element != 1)
        return fail("a row of another form");
    *out = make(VALUE);
    (*out)->row = row;
    return NULL;
}

static thing *run(thing *session, void *options, const char *const *inputs, thing *const *values, size_t input, const char *const *outputs,
                  size_t output, thing **out) {
    if (session->kind != SESSION || options != NULL || input != 1 || output != 1 || strcmp(inputs[0], "first") != 0) return fail("called otherwise");
    if (strcmp(outputs[0], is("label") ? "second" : "first") != 0) return fail("another output was meant");
    if (is("run")) return fail("a node failed\nin the graph");
    if (is("no answer")) return *out = NULL, (thing *)NULL;
    double sum = 0;
    for (int i = 0; i < 18; i++) sum += (double)values[0]->row[i];
    float up = (float)(sum > 8 ? 1 : sum < -8 ? 0 : sum != sum ? 0.5 : 0.5 + sum / 16);
    *out = make(VALUE);
    (*out)->answer[0] = is("one number") ? up : is("not one") ? 0.9f : 1 - up;
    (*out)->answer[1] = is("not one") ? 0.9f : up;
    return NULL;
}

static thing *type_and_shape(thing *value, thing **out) {
    (void)value;
    *out = make(SHAPE);
    return NULL;
}

static thing *element_count(thing *shape, size_t *count) {
    (void)shape;
    *count = is("three numbers") ? 3 : is("one number") ? 1 : 2;
    return NULL;
}

static thing *tensor_data(thing *value, void **out) {
    *out = is("no numbers") ? NULL : value->answer;
    return NULL;
}

static void *table[102];

static const void *get_table(uint32_t version) {
#ifdef WITHOUT_TABLE
    (void)version;
    return NULL;
#else
    if (version != 1) return NULL;
    struct {
        int place;
        void *function;
    } all[] = {
        {2, message},        {3, create_environment}, {8, create_session},    {9, run},          {10, create_options}, {24, set_threads},
        {25, set_threads},   {30, input_count},       {31, output_count},     {33, input_type},  {34, output_type},    {36, name},
        {37, name},          {49, create_tensor},     {51, tensor_data},      {55, cast_to_tensor}, {56, kind_of_type}, {60, element_type},
        {61, dimension_count}, {62, dimensions},      {64, element_count},    {65, type_and_shape}, {69, create_memory},
        {76, allocator_free}, {78, default_allocator}, {92, release},         {93, release},     {94, release},        {95, release},
        {96, release},       {98, release},           {99, release},          {100, release},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) table[all[i].place] = all[i].function;
    return table;
#endif
}

static const char *get_version(void) { return VERSION; }

#ifndef WITHOUT_BASE
const void *OrtGetApiBase(void) {
    static const void *base[2];
    base[0] = get_table;
    base[1] = get_version;
    return base;
}
#endif
