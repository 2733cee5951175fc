// LFM2: short convolutions between two gates, and attention with norms on every head's query and key in the layers that have key/value
// heads.
#include "bad-input.h"
#include "family.h"
#include <algorithm>

namespace train {

static const registered lfm2("lfm2", [](keys & k, hyperparameters & h) {
    h.heads_fill_width = true;
    h.qk_norm = query_norm::head;
    h.long_factors = false;
    h.output_norm = "token_embd_norm"; // libllama's name for it in this family
    h.taps = (int64_t) k.need("shortconv.l_cache");
    if (h.taps < 2 || h.taps > 16)
        throw bad_input(k.path + ": the key lfm2.shortconv.l_cache is " + std::to_string(h.taps) + ", is the file damaged?");
    const int64_t window = (int64_t) k.may("attention.sliding_window", 0);
    const std::vector<double> attends = k.each("attention.head_count_kv", h.layers, (double) h.kv_heads);
    if (std::find(attends.begin(), attends.end(), 0.0) == attends.end())
        throw bad_input(k.path + ": no layer has a short convolution (the key lfm2.attention.head_count_kv), llama.cpp cannot serve it");
    for (int64_t i = 0; i < h.layers; i++) {
        h.attention[i].convolves = attends[i] == 0;
        h.attention[i].window = attends[i] != 0 && window > 0 ? window : 0;
    }
});

} // namespace train
