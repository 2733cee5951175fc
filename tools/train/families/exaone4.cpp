// EXAONE 4: norms after the blocks only and on every head's query and key. The 32B (64 layers) has windows on three of four layers, and no
// positions on the fourth.
#include "family.h"

namespace train {

static const registered exaone4("exaone4", [](keys & k, hyperparameters & h) {
    h.heads_fill_width = true;
    h.norm_before = false;
    h.norm_after = true;
    h.qk_norm = query_norm::head;
    h.rope_factors = true;
    h.long_factors = false;
    const int64_t window = (int64_t) k.may("attention.sliding_window", 4096);
    k.may("rope.freq_base_swa", 0); // read by libllama, and not used
    if (h.layers != 64)
        return;
    h.ropes[1] = h.ropes[0];
    set_windows(h, window, k.pattern("attention.sliding_window_pattern", h.layers, 4));
    for (layer_attention & a : h.attention)
        a.rotates = a.window > 0;
});

} // namespace train
