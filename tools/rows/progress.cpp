#include "progress.h"

#include "ggml.h"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

progress::progress(std::string label, size_t total, const std::string & mode) :
    label(std::move(label)), total(total), visible(mode != "none" && isatty(STDERR_FILENO)), started(ggml_time_us()) {}

progress::~progress() {
    if (visible && drawn) {
        std::fprintf(stderr, "\r\033[K");
    }
}

void progress::update(size_t done, const std::string & note) {
    const int64_t now = ggml_time_us();
    if (!visible || now - drawn < 100000) {
        return;
    }
    drawn = now;
    const double fraction = total ? std::min(1.0, (double) done / (double) total) : 0.0;
    const double seconds = (double) (now - started) / 1e6;
    const long left = fraction > 0 ? (long) (seconds * (1 - fraction) / fraction + 0.5) : 0;
    const int width = 24;
    std::string bar((size_t) (fraction * width), '#');
    bar.resize(width, '.');
    std::fprintf(stderr, "\r\033[K[%s] %zu/%zu %s  %ld:%02ld left  %s", bar.c_str(), done, total, label.c_str(), left / 60, left % 60,
                 note.c_str());
    std::fflush(stderr);
}
