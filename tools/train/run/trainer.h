// The training loop: batches in a seeded order, steps, validation, and what is written on the way.
#pragma once
#include "options.h"

namespace train {

// Returns the exit code. Throws bad_input.
int run_training(const options & o);

} // namespace train
