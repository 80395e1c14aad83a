/* Tries to get out of its sandbox before anybody has asked it anything. */
#include "../Escape/escape.c"

__attribute__((constructor)) static void before_all(void) {
    int file = open("/etc/hostname", O_RDONLY);
    if (file >= 0) close(file);
}
