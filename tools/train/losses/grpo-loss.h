#pragma once
#include "loss.h"

namespace train {

struct grpo_options {
    double clip_ratio, kl;
};

// Group relative policy optimization (Shao et al. 2024, arXiv 2402.03300): per token, -min(ratio * A, clip(ratio, 1 - e, 1 + e) * A) with
// ratio = exp(logp - sampled logp) and A the completion's group-relative advantage, plus kl * (exp(d) - d - 1), d = reference - logp
// (Schulman's k3 estimator). Mean over all tokens of the step (as in DAPO, arXiv 2503.14476), so long answers are not favoured; normalizer:
// their number.
class grpo_loss final : public loss {
  public:
    grpo_loss(const grpo_options & o, double normalizer) : o(o), normalizer(normalizer) {}
    void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    double value(const batch & rows) const override;

  private:
    struct token {
        double ratio, divergence;
        bool clipped;
    };
    token at(const batch & rows, int64_t sequence, int64_t row) const;

    grpo_options o;
    double normalizer;
};

// (reward - mean) / standard deviation over one group; all 0 where the rewards are equal
std::vector<double> group_advantages(const std::vector<double> & rewards);

} // namespace train
