// Llama 2 and 3, Mistral 7B, SmolLM2 and the many others that GGUF calls llama.
#include "family.h"

namespace train {

static const registered llama("llama", [](keys &, hyperparameters & h) {
    h.rope_neox = false;
    h.rope_factors = !h.long_factors; // Llama 3's frequencies come as factors
    h.output_bias = h.ffn_bias = true;
});

} // namespace train
