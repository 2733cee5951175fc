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
#include <string>

static const char * running = "";

const char * tool_name() {
    return running;
}

// What a terminal shows of a message that quotes files and rows: what would act on it (control characters, changes of direction) as its
// bytes.
static std::string visible(const std::string & text) {
    std::string shown;
    for (size_t i = 0; i < text.size(); i++) {
        const auto byte = [&](size_t at) { return at < text.size() ? (unsigned char) text[at] : 0u; };
        const unsigned a = byte(i), b = byte(i + 1), c = byte(i + 2);
        const bool control = (a < 0x20 && a != '\n' && a != '\t') || a == 0x7f;
        const bool late = a == 0xc2 && b >= 0x80 && b < 0xa0;
        const bool turn = a == 0xe2 && ((b == 0x80 && c >= 0xaa && c <= 0xae) || (b == 0x81 && c >= 0xa6 && c <= 0xa9));
        if (control || late || turn) {
            char code[8];
            std::snprintf(code, sizeof(code), "\\x%02x", a);
            shown += code;
        } else {
            shown += text[i];
        }
    }
    return shown;
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
        std::fprintf(stderr, "%s: %s\n", name, visible(e.what()).c_str());
    }
    return 1;
}

void note(const std::string & text) {
    static std::mutex mutex;
    static std::set<std::string> said;
    const std::lock_guard<std::mutex> lock(mutex);
    if (said.insert(text).second) {
        std::fprintf(stderr, "note: %s\n", visible(text).c_str());
    }
}
