/* Has a table of state that is too short. */
#define FAULTY_EXTENSION_SHORT
#include "../Faulty/faulty.c"
