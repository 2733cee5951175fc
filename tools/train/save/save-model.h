#pragma once
#include "../families/model.h"

namespace train {

// Writes the trained weights: a full GGUF (type: "" for each tensor's type in the base, or F32, F16, Q8_0, ... for the matrices), or the
// LoRA adapter. The file appears whole or not at all. Throws bad_input, e.g. when the disk is full.
void save_model(const model & m, const std::string & path, const std::string & type);

} // namespace train
