// What the user can put right: reported as one line `tool: what, what to do`, exit code 1.
#pragma once

#include <stdexcept>
#include <string>

struct bad_input : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// One row whose parts do not fit together, its place not in the text: a trainer may leave it out and go on.
struct unfit_row : bad_input {
    using bad_input::bad_input;
};

// What can be put right in a data file, with the place in front: "rows.jsonl:12: what, what to do".
inline bad_input bad_row(const std::string & file, size_t line, const std::string & what) {
    return bad_input(file + ":" + std::to_string(line) + ": " + what);
}
