#pragma once
#include "read-spec.h"

// Writes the model: matrices normal with standard deviation 0.02, those that write into the residual stream (attn_output, ffn_down) smaller by
// sqrt(2 * blocks) as in GPT-2 (Radford et al. 2019), gains 1, biases 0. The same seed gives the same bytes on every platform.
void init_model(const model_spec & spec, uint64_t seed, const std::string & type, const std::string & out);
