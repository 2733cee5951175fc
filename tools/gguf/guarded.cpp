#include "guarded.h"

#include "ggml.h"

#include <csignal>
#include <cstdio>
#include <cstring>

#include <unistd.h>

static char message[1024];
static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static struct sigaction before[sizeof(signals) / sizeof(*signals)];

static void say(const char * text) {
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0) {
        return; // nobody listens
    }
}

// Nothing but what a signal handler may call.
static void on_fault(int) {
    say(message);
    _exit(1);
}

static void on_abort(const char * text) {
    say(message);
    (void) text;
    _exit(1);
}

guarded::guarded(const std::string & file, const char * tool) {
    std::snprintf(message, sizeof(message),
                  "%s: %s: llama.cpp cannot read this, the file is damaged or of a kind that it does not know: fetch or make it again\n",
                  tool, file.c_str());
    struct sigaction action = {};
    action.sa_handler = on_fault;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        sigaction(signals[i], &action, &before[i]);
    }
    ggml_set_abort_callback(on_abort);
}

guarded::~guarded() {
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        sigaction(signals[i], &before[i], nullptr);
    }
    ggml_set_abort_callback(nullptr);
}
