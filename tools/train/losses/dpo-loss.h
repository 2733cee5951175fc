#pragma once
#include "loss.h"

namespace train {

struct dpo_options {
    double beta, label_smoothing, nll_weight;
};

// Direct preference optimization (Rafailov et al. 2023, arXiv 2305.18290): with h = beta * ((logp - reference)(chosen) - (logp -
// reference)(rejected)),
// -(1 - e) log sigmoid(h) - e log sigmoid(-h), e the label smoothing (Mitchell 2023), plus nll_weight * the chosen answer's cross-entropy
// per token (Pang et al. 2024, arXiv 2404.19733). Mean over the pairs of one step, weighted; normalizer: the sum of their weights.
class dpo_loss final : public loss {
  public:
    dpo_loss(const dpo_options & o, double normalizer) : o(o), normalizer(normalizer) {}
    void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    bool coupled() const override { return true; }
    double value(const batch & rows) const override;

  private:
    dpo_options o;
    double normalizer;
};

// beta * (logp - reference) of a pair's two answers
struct pair_rewards {
    double chosen, rejected;
};
pair_rewards rewards_of(const batch & rows, int64_t pair, double beta);

} // namespace train
