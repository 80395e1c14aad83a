/* Takes every version of the ABI. */
#define FAULTY_ANY_ABI
#include "../Faulty/faulty.c"
