// Qwen2 and Qwen2.5: biases on queries, keys and values.
#include "family.h"

namespace train {

static const registered qwen2("qwen2", [](keys &, hyperparameters & h) {
    h.heads_fill_width = true;
    h.head_bias = true;
    h.long_factors = false;
});

} // namespace train
