// Qwen3 as a mixture of experts: as the dense one, with experts in place of every feed-forward block.
#include "bad-input.h"
#include "family.h"

namespace train {

static const registered qwen3moe("qwen3moe", [](keys & k, hyperparameters & h) {
    h.qk_norm = query_norm::head;
    h.long_factors = false;
    read_experts(k, h);
    h.expert_feed_forward = (int64_t) k.may("expert_feed_forward_length", 0);
    if (h.expert_feed_forward == 0)
        h.expert_feed_forward = h.feed_forward / h.experts_used;
    if (h.expert_feed_forward < 1)
        throw bad_input(k.path + ": the key qwen3moe.expert_feed_forward_length is no size, is the file damaged?");
});

} // namespace train
