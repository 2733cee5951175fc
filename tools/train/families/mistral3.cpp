// Ministral 3 and Mistral Small: YaRN with constants of its own, and queries that grow with the position beyond the original context.
#include "family.h"

namespace train {

static const registered mistral3("mistral3", [](keys & k, hyperparameters & h) {
    h.rope_neox = false;
    h.rope_factors = !h.long_factors;
    h.output_bias = h.ffn_bias = true;
    h.ropes[0].beta_fast = (float) k.may("rope.scaling.yarn_beta_fast", 32.0);
    h.ropes[0].beta_slow = (float) k.may("rope.scaling.yarn_beta_slow", 1.0);
    h.temperature_scale = (float) k.may("attention.temperature_scale", 0.0);
    h.temperature_floor = h.ropes[0].original_context;
});

} // namespace train
