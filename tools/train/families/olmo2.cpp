// OLMo 2 and 3: norms after the blocks only, norms over the whole width of queries and keys, a head of its own; OLMo 3 has windows, whose
// layers are not scaled.
#include "family.h"

namespace train {

static const registered olmo2("olmo2", [](keys & k, hyperparameters & h) {
    h.heads_fill_width = true;
    h.norm_before = false;
    h.norm_after = true;
    h.qk_norm = query_norm::full;
    h.head = head_weight::own;
    h.long_factors = false;
    const int64_t window = (int64_t) k.may("attention.sliding_window", 0);
    if (window > 0) {
        rope_options plain;
        plain.base = h.ropes[0].base; // libllama reads rope.freq_base_swa and does not use it
        k.may("rope.freq_base_swa", 0);
        h.ropes[1] = plain;
        set_windows(h, window, k.pattern("attention.sliding_window_pattern", h.layers, 4));
    }
});

} // namespace train
