#pragma once
#include "read-spec.h"

// Writes the model: matrices normal with variance 1 / (3 * inputs), as PyTorch's linear layers start; token embeddings with variance 1, or
// 1 / width where they are the head too (logits of order 1); gains 1, biases 0, unless the
// description's "init" says otherwise. Chosen by trial: with deviation 0.02 everywhere (GPT-2's)
// the tiny model stays at 10% of 3-digit additions, with this it learns them. parts above 1: as a split
// model, out being NAME-00001-of-0000N.gguf. The same seed gives the same bytes on every platform.
void init_model(const model_spec & spec, uint64_t seed, const std::string & type, const std::string & out, int32_t parts);
