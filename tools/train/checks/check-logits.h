#pragma once
#include "../run/options.h"

namespace train {

// `llama-train check-logits METHOD ...`: the trainer's forward pass against libllama's on every row (F32 cache, no flash attention).
// Prints {rows, largest_difference, largest_logit}. Returns the exit code.
int check_logits(const options & o);

} // namespace train
