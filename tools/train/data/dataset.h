#pragma once
#include "../losses/objective.h"

namespace train {

struct dataset {
    std::vector<example> examples;
    int64_t skipped = 0;    // rows that do not fit the context or the vocabulary
    std::string first_skip; // where and why the first of them did not
};

// Throws bad_input with file and line: malformed rows, an empty set, and with strict also rows that do not fit.
dataset read_dataset(const std::string & path, const objective & target, const row_tokens & tokens, int64_t context, bool strict);

} // namespace train
