// SmolLM3: every fourth layer has no positions.
#include "family.h"

namespace train {

static const registered smollm3("smollm3", [](keys &, hyperparameters & h) {
    h.rope_neox = false;
    h.long_factors = false;
    for (int64_t i = 3; i < h.layers; i += 4)
        h.attention[i].rotates = false;
});

} // namespace train
