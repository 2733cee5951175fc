#include "metrics.h"
#include "bad-input.h"
#include <cerrno>
#include <cstring>
#include <fstream>

namespace train {

// The lines of an interrupted run up to the step that its checkpoint holds
static std::string kept_lines(const std::string & path, int64_t last_step) {
    std::ifstream old(path);
    std::string kept;
    for (std::string text; last_step > 0 && std::getline(old, text);) {
        const json line = json::parse_no_throw(text);
        if (line.is_object() && line.value("step", last_step + 1) <= last_step)
            kept += text + "\n";
    }
    return kept;
}

metrics::metrics(const std::string & path, int64_t last_step) : path(path) {
    if (path.empty())
        return;
    const std::string kept = kept_lines(path, last_step);
    stream = fopen(path.c_str(), "wb");
    if (!stream)
        throw bad_input(path + ": cannot be written (" + strerror(errno) + ")");
    fwrite(kept.data(), 1, kept.size(), stream);
}

metrics::~metrics() {
    if (stream)
        fclose(stream);
}

void metrics::write(const json & line) {
    if (!stream)
        return;
    const std::string text = line.dump() + "\n";
    if (fwrite(text.data(), 1, text.size(), stream) != text.size() || fflush(stream) != 0) {
        throw bad_input(path + ": cannot be written (" + strerror(errno) + "), make room");
    }
}

} // namespace train
