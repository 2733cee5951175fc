// AdamW's moments as a file of their own, so that one training goes on where another ended (--optimizer-out, --optimizer-in): small
// trainings that follow each other, as rounds do, else begin with moments of zero each time.
#pragma once
#include "optimizer.h"

namespace train {

// steps: done in this run
void write_moments(const std::string & path, const model & m, const optimizer & adam, int64_t steps);

// Throws bad_input for a file of other parameters (names and sizes must be equal).
void read_moments(const std::string & path, const model & m, optimizer & adam);

} // namespace train
