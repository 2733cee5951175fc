// Qwen3, dense: a norm on every head's query and key.
#include "family.h"

namespace train {

static const registered qwen3("qwen3", [](keys &, hyperparameters & h) {
    h.qk_norm = query_norm::head;
    h.long_factors = false;
});

} // namespace train
