#include "switch-off.h"
#include "bad-input.h"
#include <cmath>

namespace train {

namespace {

// Sets a value to what leaves it without effect; false where it has none anyway.
template <typename T>
bool reset(T & value, T neutral) {
    const bool had = value != neutral;
    value = neutral;
    return had;
}

bool without_gains(model & m, ggml_tensor * layer::*gain) {
    bool had = false;
    for (layer & l : m.layers)
        had = reset<ggml_tensor *>(l.*gain, nullptr) || had;
    return had;
}

bool in_layers(model & m, bool (*change)(layer_attention &)) {
    bool had = false;
    for (layer_attention & a : m.hyper.attention)
        had = change(a) || had;
    return had;
}

bool without_biases(model & m) {
    bool had = false;
    for (layer & l : m.layers) {
        for (matrix * w : {&l.qkv, &l.q, &l.k, &l.v, &l.o, &l.gate, &l.up, &l.down})
            had = reset<ggml_tensor *>(w->bias, nullptr) || had;
        for (ggml_tensor *& part : l.bias_parts)
            had = reset<ggml_tensor *>(part, nullptr) || had;
    }
    return had;
}

// Every tap but the token's own
bool without_convolution(model & m) {
    bool had = false;
    for (layer & l : m.layers) {
        if (!l.taps)
            continue;
        std::vector<float> taps((size_t) ggml_nelements(l.taps));
        ggml_backend_tensor_get(l.taps, taps.data(), 0, taps.size() * sizeof(float));
        for (size_t i = 0; i < taps.size(); i++)
            taps[i] = (int64_t) (i + 1) % l.taps->ne[0] ? 0.0f : taps[i];
        ggml_backend_tensor_set(l.taps, taps.data(), 0, taps.size() * sizeof(float));
        had = true;
    }
    return had;
}

bool without_gate_order(model & m) {
    for (layer & l : m.layers)
        std::swap(l.gate, l.up);
    return !m.hyper.gate_in_up;
}

struct feature {
    const char * name;
    bool (*off)(model & m);
};

const feature features[] = {
    {"window", [](model & m) { return in_layers(m, [](layer_attention & a) { return reset<int64_t>(a.window, 0); }); }},
    {"window-rope", [](model & m) { return in_layers(m, [](layer_attention & a) { return reset(a.rope, 0); }); }},
    {"no-positions", [](model & m) { return in_layers(m, [](layer_attention & a) { return reset(a.rotates, true); }); }},
    {"positions", [](model & m) { return in_layers(m, [](layer_attention & a) { return reset(a.rotates, false); }); }},
    {"rope-pairs", [](model & m) { return m.hyper.rope_neox = !m.hyper.rope_neox, true; }},
    {"rope-scale", [](model & m) { return reset(m.hyper.ropes[0].scale, 1.0f); }},
    {"yarn", [](model & m) { return reset(m.hyper.ropes[0].extrapolation, 0.0f); }},
    {"rope-magnitude", [](model & m) { return reset(m.hyper.ropes[0].magnitude, 1.0f); }},
    {"rope-factors", [](model & m) { return m.rope_factors = m.long_factors = m.short_factors = nullptr, true; }},
    {"long-factors", [](model & m) { return std::swap(m.long_factors, m.short_factors), m.long_factors != nullptr; }},
    {"attention-cap", [](model & m) { return reset(m.hyper.attention_cap, 0.0f); }},
    {"attention-scale", [](model & m) { return reset(m.hyper.attention_scale, 1.0f / std::sqrt((float) m.hyper.head_size)); }},
    {"temperature", [](model & m) { return reset(m.hyper.temperature_scale, 0.0f); }},
    {"embedding-scale", [](model & m) { return reset(m.hyper.embedding_scale, 1.0f); }},
    {"residual-scale", [](model & m) { return reset(m.hyper.residual_scale, 1.0f); }},
    {"logit-scale", [](model & m) { return reset(m.hyper.logit_scale, 1.0f); }},
    {"logit-cap", [](model & m) { return reset(m.hyper.logit_cap, 0.0f); }},
    {"gelu", [](model & m) { return reset(m.hyper.act, activation::silu); }},
    {"norm-before", [](model & m) { return without_gains(m, &layer::attn_norm) && without_gains(m, &layer::ffn_norm); }},
    {"norm-after", [](model & m) { return without_gains(m, &layer::attn_post_norm) && without_gains(m, &layer::ffn_post_norm); }},
    {"qk-norm", [](model & m) { return without_gains(m, &layer::q_norm) && without_gains(m, &layer::k_norm); }},
    {"expert", [](model & m) { return m.hyper.experts_used > 1 ? m.hyper.experts_used--, true : false; }},
    {"shared-expert",
     [](model & m) {
         bool had = false;
         for (layer & l : m.layers)
             had = reset<ggml_tensor *>(l.shared_up.weight, nullptr) || had;
         return had;
     }},
    {"convolution", without_convolution},
    {"biases", without_biases},
    {"gate-order", without_gate_order},
};

} // namespace

void switch_off(model & m, const std::string & name) {
    std::string known;
    for (const feature & f : features) {
        known += (known.empty() ? "" : ", ") + std::string(f.name);
        if (name != f.name)
            continue;
        if (!f.off(m))
            throw bad_input(m.path + ": has no feature \"" + name + "\" to leave out");
        return;
    }
    throw bad_input("no feature \"" + name + "\". Features: " + known);
}

} // namespace train
