#pragma once
#include "loss.h"

namespace train {

// sum(weight * (KL(teacher || model) + nll_weight * -logp)) / sum(weight), over all targets of one optimizer step.
class distill_loss final : public loss {
  public:
    distill_loss(double nll_weight, double normalizer) : nll_weight(nll_weight), normalizer(normalizer) {}
    void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    void soft_coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    double value(const batch & rows) const override;

  private:
    void fill(const batch & rows, int64_t first, int64_t last, double factor, float * out) const;
    double nll_weight, normalizer;
};

} // namespace train
