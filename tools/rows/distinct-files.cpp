#include "distinct-files.h"

#include "bad-input.h"

#include <filesystem>

#include <sys/stat.h>

namespace fs = std::filesystem;

// "name-00001-of-00003.gguf": all three, else the path alone
static std::vector<std::string> parts_of(const std::string & path) {
    const size_t at = path.size() >= 20 ? path.size() - 19 : std::string::npos;
    if (at == std::string::npos || path.compare(at, 5, "00001") != 0 || path.compare(at + 5, 4, "-of-") != 0) {
        return {path};
    }
    std::vector<std::string> all = {path};
    struct stat info;
    for (int part = 2; part < 100000; part++) {
        const std::string digits = std::to_string(part);
        std::string other = path;
        other.replace(at, 5, std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits);
        if (stat(other.c_str(), &info) != 0) {
            break;
        }
        all.push_back(other);
    }
    return all;
}

static bool same_file(const std::string & a, const std::string & b) {
    struct stat of_a, of_b;
    const bool has_a = stat(a.c_str(), &of_a) == 0, has_b = stat(b.c_str(), &of_b) == 0;
    if ((has_a && !S_ISREG(of_a.st_mode)) || (has_b && !S_ISREG(of_b.st_mode))) {
        return false;
    }
    if (has_a && has_b) {
        return of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
    }
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(a), ignored) == fs::weakly_canonical(fs::absolute(b), ignored);
}

void check_distinct(const std::vector<named_file> & files) {
    for (const named_file & out : files) {
        if (!out.written || out.path.empty() || out.path == "-") {
            continue;
        }
        for (const named_file & other : files) {
            const bool again = other.written && other.flag == out.flag; // given twice: the last counts
            if (again || other.path.empty() || other.path == "-") {
                continue;
            }
            for (const std::string & part : other.written ? std::vector<std::string>{other.path} : parts_of(other.path)) {
                if (same_file(out.path, part)) {
                    throw bad_input(out.path + ": " + out.flag + " is the file of " + other.flag +
                                    " too, which would be lost: name another for " + out.flag);
                }
            }
        }
    }
}
