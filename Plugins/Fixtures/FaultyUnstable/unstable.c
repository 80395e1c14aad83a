/* Has another descriptor each time. */
#define FAULTY_UNSTABLE
#include "../Faulty/faulty.c"
