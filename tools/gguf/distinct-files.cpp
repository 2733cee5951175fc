#include "distinct-files.h"

#include "bad-input.h"
#include "split-files.h"

#include <filesystem>

#include <sys/stat.h>

namespace fs = std::filesystem;

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
            for (const std::string & part : other.written ? std::vector<std::string>{other.path} : split_files(other.path)) {
                if (same_file(out.path, part)) {
                    throw bad_input(out.path + ": " + out.flag + " is the file of " + other.flag +
                                    " too, which would be lost: name another for " + out.flag);
                }
            }
        }
    }
}
