#pragma once
#include "loss.h"

namespace train {

struct kto_options {
    double beta, desirable, undesirable; // weights of the two kinds of rows
};

// KTO (Ethayarajh et al. 2024, arXiv 2402.01306): single answers that are wanted or not. With r = beta * (logp - reference) and the anchor
// z: wanted: 1 - sigmoid(r - z), not wanted: 1 - sigmoid(z - r), each times the weight of its kind; the anchor, beta * KL(model ||
// reference) on answers that belong to other prompts, is a constant to the gradient. normalizer: the sum of the rows' weights in the step.
class kto_loss final : public loss {
  public:
    kto_loss(const kto_options & o, double anchor, double normalizer) : o(o), anchor(anchor), normalizer(normalizer) {}
    void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    bool coupled() const override { return true; }
    double value(const batch & rows) const override;

  private:
    kto_options o;
    double anchor, normalizer;
};

double kto_reward(const batch & rows, int64_t sequence, double beta); // beta * (logp - reference)

} // namespace train
