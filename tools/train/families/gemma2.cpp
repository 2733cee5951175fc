// Gemma 2: norms before and after each block, soft caps on scores and logits, every second layer with a window, the embedding is the head.
#include "family.h"
#include <cmath>

namespace train {

static const registered gemma2("gemma2", [](keys & k, hyperparameters & h) {
    h.norm_after = true;
    h.act = activation::gelu;
    h.head = head_weight::tied;
    h.long_factors = false;
    h.embedding_scale = sqrtf((float) h.embedding);
    h.attention_cap = (float) k.may("attn_logit_softcapping", 50.0);
    h.logit_cap = (float) k.may("final_logit_softcapping", 30.0);
    h.ropes[1].base = (float) k.may("rope.freq_base_swa", h.ropes[0].base);
    set_windows(h, (int64_t) k.may("attention.sliding_window", 4096), k.pattern("attention.sliding_window_pattern", h.layers, 2));
    if (h.layers == 46) // the 27B scales by the width, not by the head's size
        h.attention_scale = 1.0f / sqrtf((float) (h.embedding / h.heads));
});

} // namespace train
