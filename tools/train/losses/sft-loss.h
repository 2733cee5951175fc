#pragma once
#include "loss.h"

namespace train {

// Cross-entropy of the targets, -sum(weight * logp) / sum(weight), over all targets of one optimizer step (so that accumulation over
// micro-batches equals one large batch); a target's weight is its row's times its own. normalizer: the sum of those weights.
class sft_loss final : public loss {
  public:
    explicit sft_loss(double normalizer) : normalizer(normalizer) {}
    void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    double value(const batch & rows) const override;
    bool known() const override { return true; }

  private:
    double normalizer;
};

} // namespace train
