/* Has a table for every extension. */
#define FAULTY_EXTENSION_ANY
#include "../Faulty/faulty.c"
