/* Needs a library that no host has loaded. */
#include "../Faulty/faulty.c"

#include <netdb.h>

int quantumedge_fixture_lookup(struct gaicb *request) { return gai_error(request); }
