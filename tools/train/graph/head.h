// The output norm, the head and the loss, in chunks of rows so that the logits of a large vocabulary are never all held at once.
#pragma once
#include "../losses/loss.h"
#include "transformer.h"

namespace train {

// What the loss nodes share; must outlive the graph's computation.
struct head_state {
    const hyperparameters * hyper;
    batch * rows;
    const loss * objective;      // null: log-probs only
    std::vector<float> * logits; // [rows][vocabulary], where somebody wants to see them
};

// Emits norm, head, loss and, with an objective, their gradient. Returns dL/d(hidden), null without an objective.
// chunk: rows of logits held at once.
ggml_tensor * emit_head(const model & m, graph & g, operations & ops, transformer & net, const gradient_of & leaf, ggml_tensor * hidden,
                        head_state & state, int64_t chunk);

} // namespace train
