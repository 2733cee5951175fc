// Granite 3 as a mixture of experts, some with one more expert that sees every token: the dense one's multipliers.
#include "bad-input.h"
#include "family.h"

namespace train {

void read_granite_scales(keys & k, hyperparameters & h); // granite.cpp

static const registered granitemoe("granitemoe", [](keys & k, hyperparameters & h) {
    h.output_bias = true;
    read_granite_scales(k, h);
    read_experts(k, h);
    h.expert_feed_forward = h.feed_forward;
    h.shared_feed_forward = (int64_t) k.may("expert_shared_feed_forward_length", 0);
    if (h.shared_feed_forward < 0)
        throw bad_input(k.path + ": the key granitemoe.expert_shared_feed_forward_length is no size, is the file damaged?");
});

} // namespace train
