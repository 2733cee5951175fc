// What the user can put right: reported as one line `tool: what, what to do`, exit code 1.
#pragma once

#include <stdexcept>
#include <string>

struct bad_input : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The same with the place in a data file in front: "rows.jsonl:12: what, what to do".
inline bad_input bad_row(const std::string & file, size_t line, const std::string & what) {
    return bad_input(file + ":" + std::to_string(line) + ": " + what);
}
