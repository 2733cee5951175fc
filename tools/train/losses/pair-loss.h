#pragma once
#include "loss.h"

namespace train {

// Losses on pairs that need no reference model. Both work on mean log-probs a token; normalizer: the sum of the pairs' weights.
//
// SimPO (Meng et al. 2024, arXiv 2405.14734): -log sigmoid(beta * (mean chosen - mean rejected) - margin).
// ORPO (Hong et al. 2024, arXiv 2403.07691): the chosen answer's cross-entropy per token + beta * -log sigmoid(log odds chosen - log odds
// rejected), odds = p / (1 - p) with p = exp(mean log-prob).
struct pair_options {
    bool odds; // ORPO, else SimPO
    double beta, margin, nll_weight;
};

class pair_loss final : public loss {
  public:
    pair_loss(const pair_options & o, double normalizer) : o(o), normalizer(normalizer) {}
    void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const override;
    bool coupled() const override { return true; }
    double value(const batch & rows) const override;

  private:
    pair_options o;
    double normalizer;
};

// What a pair is judged by: beta * mean log-prob a token (SimPO), log odds (ORPO); and its derivative by that mean
struct pair_score {
    double value, slope;
};
pair_score score_of(const batch & rows, int64_t sequence, const pair_options & o);

} // namespace train
