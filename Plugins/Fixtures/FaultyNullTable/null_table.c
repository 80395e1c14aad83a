/* Has no function table. */
#define FAULTY_NULL_TABLE
#include "../Faulty/faulty.c"
