#include "run-tool.h"

#include "bad-input.h"
#include "interrupted.h"

#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <mutex>
#include <new>
#include <set>

static const char * running = "";

const char * tool_name() {
    return running;
}

int run_tool(const char * name, int argc, char ** argv, const std::function<int(int, char **)> & body) {
    running = name;
    std::setlocale(LC_NUMERIC, "C");
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is a failed write, reported as such
    watch_interrupts();
    try {
        const int code = body(argc, argv);
        return code == 0 && interrupted() ? 130 : code;
    } catch (const std::bad_alloc &) {
        std::fprintf(stderr, "%s: out of memory, use fewer slots (-np), a shorter context (-c) or a smaller batch\n", name);
    } catch (const std::exception & e) {
        std::fprintf(stderr, "%s: %s\n", name, e.what());
    }
    return 1;
}

void note(const std::string & text) {
    static std::mutex mutex;
    static std::set<std::string> said;
    const std::lock_guard<std::mutex> lock(mutex);
    if (said.insert(text).second) {
        std::fprintf(stderr, "note: %s\n", text.c_str());
    }
}
