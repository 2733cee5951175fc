#include "atomic-file.h"

#include "bad-input.h"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

atomic_file::atomic_file(const std::string & path) : path(path) {
    if (path == "-") {
        stream = stdout;
        in_place = true;
        return;
    }
    struct stat info;
    in_place = stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode); // renaming a file onto a device would replace the device
    temporary_path = in_place ? path : path + "." + std::to_string(getpid()) + ".tmp";
    stream = std::fopen(temporary_path.c_str(), "wb");
    if (!stream) {
        fail();
    }
}

atomic_file::~atomic_file() {
    if (stream && stream != stdout) {
        std::fclose(stream);
        if (!in_place) {
            std::remove(temporary_path.c_str());
        }
    }
}

void atomic_file::fail() const {
    throw bad_input(path + ": cannot write: " + std::strerror(errno));
}

void atomic_file::write(const std::string & text) {
    if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || (in_place && std::fflush(stream) != 0)) {
        fail();
    }
}

void atomic_file::commit() {
    if (in_place) {
        return; // every write was flushed
    }
    if (std::fflush(stream) != 0 || fsync(fileno(stream)) != 0 || std::rename(temporary_path.c_str(), path.c_str()) != 0) {
        fail();
    }
    std::fclose(stream);
    stream = nullptr;
}
