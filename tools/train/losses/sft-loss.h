#pragma once
#include "loss.h"

namespace train {

// Cross-entropy of the completion's tokens, -sum(weight * logp) / sum(weight), over all tokens of one optimizer step (so that accumulation
// over micro-batches equals one large batch). normalizer: the sum of weights over those tokens.
class sft_loss final : public loss {
  public:
    explicit sft_loss(double normalizer) : normalizer(normalizer) {}
    void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    double value(const batch & rows) const override;

  private:
    double normalizer;
};

} // namespace train
