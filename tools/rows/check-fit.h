// What libllama ends the process at, or reads past, though the files are whole. Both were looked through by check_gguf before.
#pragma once

#include <string>

// An adapter's matrices on experts must be as many as the model's. Throws bad_input.
void check_experts(const std::string & adapter, const std::string & model);

// A hybrid model must have layers of both kinds. Throws bad_input.
void check_layers(const std::string & model);
