#include "dpo-loss.h"
#include "sigmoid.h"
#include <algorithm>

namespace train {

pair_rewards rewards_of(const batch & rows, int64_t pair, double beta) {
    const std::vector<float> & reference = rows.examples[pair]->reference;
    return {beta * (rows.sequence_logp(2 * pair) - reference[0]), beta * (rows.sequence_logp(2 * pair + 1) - reference[1])};
}

void dpo_loss::coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    for (size_t pair = 0; pair < rows.examples.size(); pair++) {
        const example & e = *rows.examples[pair];
        const pair_rewards r = rewards_of(rows, (int64_t) pair, o.beta);
        const double h = r.chosen - r.rejected;
        // equal answers teach nothing: the two gradients would cancel but for rounding
        const bool equal = e.sequences[0].tokens == e.sequences[1].tokens;
        const double dh =
            equal ? 0.0 : -(1.0 - o.label_smoothing) * std::exp(log_sigmoid(-h)) + o.label_smoothing * std::exp(log_sigmoid(h));
        const double weight = e.weight / normalizer;
        const double each[2] = {weight * (o.beta * dh - o.nll_weight / (double) e.sequences[0].targets()), -weight * o.beta * dh};
        for (int64_t side = 0; side < 2; side++) {
            const int64_t s = 2 * (int64_t) pair + side;
            for (int64_t t = std::max<int64_t>(first, rows.row_starts[s]); t < std::min<int64_t>(last, rows.row_starts[s + 1]); t++)
                out[t - first] = (float) each[side];
        }
    }
}

double dpo_loss::value(const batch & rows) const {
    double sum = 0;
    for (size_t pair = 0; pair < rows.examples.size(); pair++) {
        const example & e = *rows.examples[pair];
        const pair_rewards r = rewards_of(rows, (int64_t) pair, o.beta);
        const double h = r.chosen - r.rejected;
        const double nll = -rows.sequence_logp(2 * (int64_t) pair) / (double) e.sequences[0].targets();
        sum += e.weight * (-(1.0 - o.label_smoothing) * log_sigmoid(h) - o.label_smoothing * log_sigmoid(-h) + o.nll_weight * nll);
    }
    return sum / normalizer;
}

} // namespace train
