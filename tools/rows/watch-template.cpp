#include "watch-template.h"

#include "run-tool.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include <pthread.h>
#include <unistd.h>

static constexpr double most_seconds = 1;
static constexpr int64_t most_growth = 1ll << 30;

struct rendering {
#ifdef __linux__
    clockid_t clock;
#endif
    double begun = 0;         // seconds of processor time (wall time where threads have no clocks)
    int64_t resident = -1;    // bytes when the watch first saw it
};

static std::mutex mutex;
static std::map<uint64_t, rendering> running;
static uint64_t latest = 0;
static char model_name[512] = "the model";
static char overrun[1024]; // the line for a full stack, made beforehand: a signal handler may not format
static thread_local int inside = 0;
static struct sigaction before_us[2];
static const int faults[] = {SIGSEGV, SIGBUS};

static double seconds_of_clock(clockid_t clock) {
    timespec time = {};
    clock_gettime(clock, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static double spent(const rendering & one) {
#ifdef __linux__
    return seconds_of_clock(one.clock) - one.begun;
#else
    return (seconds_of_clock(CLOCK_MONOTONIC) - one.begun) / 10; // other work may have the processor
#endif
}

// Bytes of this process in memory, 0 where that cannot be asked.
static int64_t resident_bytes() {
    long pages = 0;
    if (FILE * file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%*d %ld", &pages) != 1) {
            pages = 0;
        }
        std::fclose(file);
    }
    return (int64_t) pages * sysconf(_SC_PAGESIZE);
}

static void end_with(const char * what) {
    std::fprintf(stderr, "%s: %s: its chat template %s: mend the key tokenizer.chat_template, or take the model from elsewhere\n", tool_name(),
                 model_name, what);
    std::fflush(stderr);
    _exit(1);
}

static void watch() {
    for (;;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const std::lock_guard<std::mutex> lock(mutex);
        for (auto & [id, one] : running) {
            if (spent(one) > most_seconds) {
                end_with("does not come to an end within a second");
            }
            const int64_t now = resident_bytes();
            if (one.resident < 0) {
                one.resident = now;
            }
            if (now - one.resident > most_growth) {
                end_with("takes more than a gigabyte of memory");
            }
        }
    }
}

static void on_fault(int signal) {
    if (inside > 0 && write(STDERR_FILENO, overrun, std::strlen(overrun)) >= 0) {
        _exit(1);
    }
    sigaction(signal, &before_us[signal == faults[0] ? 0 : 1], nullptr); // not a template's: it happens again, to whom it belongs
}

// Where a handler runs when the thread's own stack is full.
struct other_stack {
    char space[64 * 1024];
    other_stack() { use(0); }
    ~other_stack() { use(SS_DISABLE); }
    void use(int flags) {
        stack_t stack = {};
        stack.ss_sp = space;
        stack.ss_size = sizeof(space);
        stack.ss_flags = flags;
        sigaltstack(&stack, nullptr);
    }
};

static void catch_full_stack() {
    static thread_local const auto stack = std::make_unique<other_stack>();
    (void) stack;
    for (size_t i = 0; i < 2; i++) {
        struct sigaction current = {};
        sigaction(faults[i], nullptr, &current);
        if (current.sa_handler != on_fault) {
            struct sigaction action = {};
            action.sa_handler = on_fault;
            action.sa_flags = SA_ONSTACK;
            sigemptyset(&action.sa_mask);
            sigaction(faults[i], &action, nullptr);
            before_us[i] = current;
        }
    }
}

// Interrupts are for the threads that wait for something.
static void start_watch() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread(watch).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void watch_template::name(const std::string & model) {
    std::snprintf(model_name, sizeof(model_name), "%s", model.c_str());
}

watch_template::watch_template() {
    static std::once_flag once;
    std::call_once(once, [] {
        std::snprintf(overrun, sizeof(overrun),
                      "%s: %s: its chat template nests too deeply: mend the key tokenizer.chat_template, or take the model from elsewhere\n",
                      tool_name(), model_name);
        start_watch();
    });
    rendering one;
#ifdef __linux__
    pthread_getcpuclockid(pthread_self(), &one.clock);
    one.begun = seconds_of_clock(one.clock);
#else
    one.begun = seconds_of_clock(CLOCK_MONOTONIC);
#endif
    const std::lock_guard<std::mutex> lock(mutex);
    catch_full_stack();
    id = ++latest;
    running.emplace(id, one);
    inside++;
}

watch_template::~watch_template() {
    inside--;
    const std::lock_guard<std::mutex> lock(mutex);
    running.erase(id);
}
