#pragma once
#include <string>

namespace train {

// Loads what was written as libllama does when it serves: throws bad_input when it cannot. adapter: "" or a LoRA adapter of the model.
void reload(const std::string & model, const std::string & adapter);

} // namespace train
