#include "gguf-reader.h"

#include "bad-input.h"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>

gguf_reader::gguf_reader(const std::string & path) : path(path), file(std::fopen(path.c_str(), "rb")) {
    struct stat info = {};
    if (!file || fstat(fileno(file), &info) != 0) {
        const std::string why = std::strerror(errno);
        if (file) {
            std::fclose(file);
        }
        throw bad_input(path + ": cannot be read: " + why);
    }
    if (!S_ISREG(info.st_mode)) {
        std::fclose(file);
        throw bad_input(path + ": is no file, name a GGUF file");
    }
    size = (uint64_t) info.st_size;
}

gguf_reader::~gguf_reader() {
    std::fclose(file);
}

void gguf_reader::fail(const std::string & what) const {
    throw bad_input(path + ": " + what + ", the file is damaged: fetch or make it again");
}

void gguf_reader::read(void * target, size_t bytes) {
    if (bytes > left() || std::fread(target, 1, bytes, file) != bytes) {
        fail("ends within its header");
    }
    at += bytes;
}

void gguf_reader::skip(uint64_t bytes) {
    if (bytes > left() || fseeko(file, (off_t) bytes, SEEK_CUR) != 0) {
        fail("ends within its header");
    }
    at += bytes;
}

std::string gguf_reader::text() {
    const uint64_t bytes = number<uint64_t>();
    if (bytes > left()) {
        fail("a text of " + std::to_string(bytes) + " bytes reaches over its end");
    }
    std::string value((size_t) bytes, '\0');
    if (bytes > 0) {
        read(&value[0], (size_t) bytes);
    }
    return value;
}

void gguf_reader::skip_text() {
    const uint64_t bytes = number<uint64_t>();
    if (bytes > left()) {
        fail("a text of " + std::to_string(bytes) + " bytes reaches over its end");
    }
    skip(bytes);
}
