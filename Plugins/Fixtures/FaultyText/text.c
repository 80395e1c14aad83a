/* Writes its reason past the room for it. */
#define FAULTY_TEXT
#include "../Faulty/faulty.c"
