// The head and the loss from ggml's own operations, so that logits and their gradient never leave the device. The coefficients dL/dlogp are
// known before the graph runs: those of SFT by nature, those of other losses from log-probabilities that a forward pass brought first.
#pragma once
#include "head.h"

namespace train {

// Whether this loss and batch can be done so: without a teacher's distributions, and where nobody wants to see logits or likeliest tokens.
bool device_head_serves(const batch & rows, const std::vector<float> * logits);

// Results of the chunks, read from the device once the graph has run: a target's probability, and the likeliest token.
struct device_head_results {
    struct chunk {
        int64_t first;
        ggml_tensor *probability, *greedy;
    };
    std::vector<chunk> chunks;
    void read(batch & rows) const; // fills rows.logp and rows.greedy
};

// As emit_head, for batches that hold as many targets as `hidden` has columns, or fewer; trains: they hold coefficients too, else they get
// log-probabilities only.
ggml_tensor * emit_device_head(const model & m, graph & g, operations & ops, transformer & net, const gradient_of & leaf,
                               ggml_tensor * hidden, bool trains, int64_t chunk, device_head_results & results);

} // namespace train
