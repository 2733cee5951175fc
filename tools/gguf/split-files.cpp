#include "split-files.h"

#include <cstdio>

#include <unistd.h>

size_t split_number(const std::string & path) {
    const size_t at = path.size() >= 20 ? path.size() - 19 : std::string::npos;
    return at != std::string::npos && path[at - 1] == '-' && path.compare(at + 5, 4, "-of-") == 0 && path.compare(at + 14, 5, ".gguf") == 0
               ? at
               : std::string::npos;
}

std::string split_file(const std::string & path, int64_t number) {
    char digits[16];
    std::snprintf(digits, sizeof(digits), "%05d", (int) number);
    std::string other = path;
    return other.replace(split_number(path), 5, digits);
}

std::vector<std::string> split_files(const std::string & path) {
    std::vector<std::string> all = {path};
    const size_t at = split_number(path);
    for (int64_t number = 2; at != std::string::npos && path.compare(at, 5, "00001") == 0 && number < 100000; number++) {
        const std::string other = split_file(path, number);
        if (access(other.c_str(), F_OK) != 0) {
            break;
        }
        all.push_back(other);
    }
    return all;
}
