#include "watch-template.h"

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

static constexpr double most_render_seconds = 1;
static constexpr int64_t most_render_growth = 1ll << 30;

struct watched_rendering {
#ifdef __linux__
    clockid_t clock;
#endif
    double begun = 0;      // seconds of processor time (wall time where threads have no clocks)
    int64_t resident = -1; // bytes when the watch first saw it
};

static std::mutex watch_mutex;
static std::map<uint64_t, watched_rendering> watched;
static uint64_t latest_watch = 0;
static char watched_tool[64] = "";
static char watched_model[512] = "the model";
static char deep_line[1024]; // the line for a full stack, made beforehand: a signal handler may not format
static thread_local int nesting = 0;
static struct sigaction before_watch[2];
static const int deep_faults[] = {SIGSEGV, SIGBUS};

static double seconds_by_clock(clockid_t clock) {
    timespec time = {};
    clock_gettime(clock, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static double spent_by(const watched_rendering & one) {
#ifdef __linux__
    return seconds_by_clock(one.clock) - one.begun;
#else
    return (seconds_by_clock(CLOCK_MONOTONIC) - one.begun) / 10; // other work may have the processor
#endif
}

// Bytes of this process in memory, 0 where that cannot be asked.
static int64_t resident_memory() {
    long pages = 0;
    if (FILE * file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%*d %ld", &pages) != 1) {
            pages = 0;
        }
        std::fclose(file);
    }
    return (int64_t) pages * sysconf(_SC_PAGESIZE);
}

static void end_rendering(const char * what) {
    std::fprintf(stderr, "%s: %s: its chat template %s: mend the key tokenizer.chat_template, or take the model from elsewhere\n",
                 watched_tool, watched_model, what);
    std::fflush(stderr);
    _exit(1);
}

static void watch_renderings() {
    for (;;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const std::lock_guard<std::mutex> lock(watch_mutex);
        for (auto & [id, one] : watched) {
            if (spent_by(one) > most_render_seconds) {
                end_rendering("does not come to an end within a second");
            }
            const int64_t now = resident_memory();
            if (one.resident < 0) {
                one.resident = now;
            }
            if (now - one.resident > most_render_growth) {
                end_rendering("takes more than a gigabyte of memory");
            }
        }
    }
}

static void on_deep_fault(int signal) {
    if (nesting > 0 && write(STDERR_FILENO, deep_line, std::strlen(deep_line)) >= 0) {
        _exit(1);
    }
    sigaction(signal, &before_watch[signal == deep_faults[0] ? 0 : 1], nullptr); // not a template's: it happens again, to whom it belongs
}

// Where a handler runs when the thread's own stack is full.
struct fault_stack {
    char space[64 * 1024];
    fault_stack() { use(0); }
    ~fault_stack() { use(SS_DISABLE); }
    void use(int flags) {
        stack_t stack = {};
        stack.ss_sp = space;
        stack.ss_size = sizeof(space);
        stack.ss_flags = flags;
        sigaltstack(&stack, nullptr);
    }
};

static void catch_full_stack() {
    static thread_local const auto stack = std::make_unique<fault_stack>();
    (void) stack;
    for (size_t i = 0; i < 2; i++) {
        struct sigaction current = {};
        sigaction(deep_faults[i], nullptr, &current);
        if (current.sa_handler != on_deep_fault) {
            struct sigaction action = {};
            action.sa_handler = on_deep_fault;
            action.sa_flags = SA_ONSTACK;
            sigemptyset(&action.sa_mask);
            sigaction(deep_faults[i], &action, nullptr);
            before_watch[i] = current;
        }
    }
}

// Interrupts are for the threads that wait for something.
static void start_watching() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread(watch_renderings).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void watch_template::name(const std::string & tool, const std::string & model) {
    std::snprintf(watched_tool, sizeof(watched_tool), "%s", tool.c_str());
    std::snprintf(watched_model, sizeof(watched_model), "%s", model.c_str());
}

watch_template::watch_template() {
    static std::once_flag once;
    std::call_once(once, [] {
        std::snprintf(
            deep_line, sizeof(deep_line),
            "%s: %s: its chat template nests too deeply: mend the key tokenizer.chat_template, or take the model from elsewhere\n",
            watched_tool, watched_model);
        start_watching();
    });
    watched_rendering one;
#ifdef __linux__
    pthread_getcpuclockid(pthread_self(), &one.clock);
    one.begun = seconds_by_clock(one.clock);
#else
    one.begun = seconds_by_clock(CLOCK_MONOTONIC);
#endif
    const std::lock_guard<std::mutex> lock(watch_mutex);
    catch_full_stack();
    id = ++latest_watch;
    watched.emplace(id, one);
    nesting++;
}

watch_template::~watch_template() {
    nesting--;
    const std::lock_guard<std::mutex> lock(watch_mutex);
    watched.erase(id);
}
