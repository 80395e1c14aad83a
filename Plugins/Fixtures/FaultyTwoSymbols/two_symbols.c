/* Exports one symbol more. */
#define FAULTY_TWO_SYMBOLS
#include "../Faulty/faulty.c"
