/* A disk whose every sync takes SLOW_US microseconds more: preload it (LD_PRELOAD). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static useconds_t slow_us;
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void start(void) {
    const char *text = getenv("SLOW_US");
    slow_us = text ? (useconds_t)atol(text) : 0;
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
}

int fsync(int fd) {
    usleep(slow_us);
    return real_fsync(fd);
}

int fdatasync(int fd) {
    usleep(slow_us);
    return real_fdatasync(fd);
}
