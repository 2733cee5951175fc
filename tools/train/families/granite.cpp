// Granite 3, dense: multipliers on embeddings, attention, residuals and logits; some files have no positions at all.
#include "family.h"

namespace train {

void read_granite_scales(keys & k, hyperparameters & h); // granitemoe's too

void read_granite_scales(keys & k, hyperparameters & h) {
    h.rope_neox = false;
    h.rope_factors = !h.long_factors;
    h.logit_scale = 1.0f / (float) k.need("logit_scale");
    const auto multiplier = [&](const char * name, float without) {
        const float value = (float) k.may(name, 0.0);
        return value == 0.0f ? without : value; // libllama takes 0 for "not there"
    };
    h.embedding_scale = multiplier("embedding_scale", 1.0f);
    h.residual_scale = multiplier("residual_scale", 1.0f);
    h.attention_scale = multiplier("attention.scale", h.attention_scale);
}

static const registered granite("granite", [](keys & k, hyperparameters & h) {
    h.output_bias = h.ffn_bias = true;
    read_granite_scales(k, h);
    const bool rotates = k.flag("rope.scaling.finetuned", true);
    for (layer_attention & a : h.attention)
        a.rotates = rotates;
    k.refuse({"deepstack_mapping", "expert_shared_feed_forward_length"});
});

} // namespace train
