// Gemma 3, text: as Gemma 2 with norms on queries and keys instead of the cap on scores, and five of six layers with a window and a RoPE
// base of their own.
#include "family.h"
#include <cmath>

namespace train {

static const registered gemma3("gemma3", [](keys & k, hyperparameters & h) {
    h.norm_after = true;
    h.qk_norm = query_norm::head;
    h.act = activation::gelu;
    h.long_factors = false;
    h.embedding_scale = sqrtf((float) h.embedding);
    h.logit_cap = (float) k.may("final_logit_softcapping", 0.0);
    h.ropes[1].base = 10000.0f;
    h.ropes[1].scale = 1.0f;
    const int64_t window = (int64_t) k.may("attention.sliding_window", 0);
    if (window > 0) {
        h.ropes[1].base = (float) k.may("rope.freq_base_swa", 10000.0);
        set_windows(h, window, k.pattern("attention.sliding_window_pattern", h.layers, 6));
    }
    if (h.layers == 62)
        h.attention_scale = 1.0f / sqrtf((float) (h.embedding / h.heads));
});

} // namespace train
