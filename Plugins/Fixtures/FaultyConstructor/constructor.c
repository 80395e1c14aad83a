/* Crashes in its entry. */
#define FAULTY_CONSTRUCTOR
#include "../Faulty/faulty.c"
