// Phi-3, 3.5 and 4: gate and up in one matrix, queries, keys and values in another, longrope. libllama switches its window off.
#include "family.h"

namespace train {

static const registered phi3("phi3", [](keys & k, hyperparameters & h) {
    h.heads_fill_width = true;
    h.gate_in_up = true;
    h.long_factors = true;
    k.may("attention.sliding_window", 0); // read by libllama, and not used
});

} // namespace train
