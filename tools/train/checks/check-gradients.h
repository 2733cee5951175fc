#pragma once
#include "../run/options.h"

namespace train {

// `llama-train check-gradients METHOD ...`: compares the gradient of one batch with central finite differences along random directions of
// each trained tensor, after moving the weights away from their initial values (LoRA's B starts at 0, where A has no gradient). Prints one
// JSON line a tensor: {tensor, norm, relative_error, directions}. Returns the exit code.
int check_gradients(const options & o);

} // namespace train
