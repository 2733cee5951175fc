// A family of models: its name in GGUF files, and what its keys mean for the common graph (graph/transformer.cpp). One file each; a file
// registers itself, so that the folder is the list.
#pragma once
#include "hyperparameters.h"
#include "keys.h"

namespace train {

struct family {
    const char * architecture;
    // Sets what is special; the common keys (sizes, heads, RoPE base and scaling) are read already. Follows libllama's load_arch_hparams.
    void (*read)(keys & k, hyperparameters & h);
};

struct registered {
    registered(const char * architecture, void (*read)(keys &, hyperparameters &));
};

// Throws bad_input: an architecture that is not known (with the list of those that are), keys that are missing or not known.
// serving_context: of the program that will serve the model, 0: the model's own; decides which factors longrope takes.
hyperparameters read_hyperparameters(const gguf_context * file, const std::string & path, int64_t serving_context);

std::string known_architectures();

// A mixture's experts and how many of them see a token. Throws bad_input.
void read_experts(keys & k, hyperparameters & h);

// Layers with a window, by a pattern; the others see everything
void set_windows(hyperparameters & h, int64_t window, const std::vector<uint8_t> & windowed);

} // namespace train
