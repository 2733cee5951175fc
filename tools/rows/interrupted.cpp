#include "interrupted.h"

#include <csignal>

#include <unistd.h>

static volatile std::sig_atomic_t received = 0;

static void on_signal(int) {
    if (received) {
        _exit(130);
    }
    received = 1;
}

void watch_interrupts() {
    // sigaction without SA_RESTART: a blocked read of stdin returns, so that waiting for input can be interrupted too
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGHUP, &action, nullptr);
}

bool interrupted() {
    return received != 0;
}
