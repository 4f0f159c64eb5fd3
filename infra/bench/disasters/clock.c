/* Moves the clock on the wall for programs that load this first. The seconds come from the file in CLOCK_FILE, a long
   that may change while they run. Clocks that only ever go forward are left alone, as a real jump leaves them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long nothing = 0;
static volatile long *seconds = NULL;
static int (*ask)(clockid_t, struct timespec *) = NULL;

static void begin(void) {
    const char *name = getenv("CLOCK_FILE");
    void *found = MAP_FAILED;
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        found = mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
        close(file);
    }
    ask = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    seconds = found == MAP_FAILED ? &nothing : (volatile long *)found;
}

int clock_gettime(clockid_t clock, struct timespec *answer) {
    if (!seconds) begin();
    int result = ask(clock, answer);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) answer->tv_sec += *seconds;
    return result;
}

int gettimeofday(struct timeval *answer, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    answer->tv_sec = now.tv_sec;
    answer->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *answer) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (answer) *answer = now.tv_sec;
    return now.tv_sec;
}
