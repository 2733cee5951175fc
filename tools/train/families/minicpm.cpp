// MiniCPM 1 and 2: Granite's multipliers with defaults of its own.
#include "family.h"
#include <cmath>

namespace train {

static const registered minicpm("minicpm", [](keys & k, hyperparameters & h) {
    h.rope_neox = false;
    h.rope_factors = !h.long_factors;
    h.output_bias = h.ffn_bias = true;
    const auto multiplier = [&](const char * name, float fallback) {
        const float value = (float) k.may(name, fallback);
        return value == 0.0f ? 1.0f : value;
    };
    h.embedding_scale = multiplier("embedding_scale", 12.0f);
    h.residual_scale = multiplier("residual_scale", 1.4f / sqrtf((float) h.layers));
    h.logit_scale = 1.0f / (float) k.may("logit_scale", 256.0f / (float) h.embedding);
});

} // namespace train
