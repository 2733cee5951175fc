#include "grpo-loss.h"
#include <algorithm>
#include <cmath>

namespace train {

std::vector<double> group_advantages(const std::vector<double> & rewards) {
    double mean = 0, variance = 0;
    for (double r : rewards)
        mean += r / (double) rewards.size();
    for (double r : rewards)
        variance += (r - mean) * (r - mean) / (double) rewards.size();
    std::vector<double> advantages;
    for (double r : rewards)
        advantages.push_back(variance > 1e-12 ? (r - mean) / std::sqrt(variance) : 0.0);
    return advantages;
}

grpo_loss::token grpo_loss::at(const batch & rows, int64_t s, int64_t row) const {
    const example & e = *rows.examples[s];
    const int64_t t = row - rows.row_starts[s];
    token k;
    k.ratio = std::exp(std::min(20.0, (double) rows.logp[row] - e.sampled[t]));
    k.divergence = o.kl > 0 ? (double) e.reference[t] - rows.logp[row] : 0.0;
    k.clipped = e.advantage > 0 ? k.ratio > 1.0 + o.clip_ratio : k.ratio < 1.0 - o.clip_ratio;
    return k;
}

void grpo_loss::coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    for (int64_t s = 0; s < rows.sequences(); s++) {
        const example & e = *rows.examples[s];
        for (int64_t row = std::max<int64_t>(first, rows.row_starts[s]); row < std::min<int64_t>(last, rows.row_starts[s + 1]); row++) {
            const token k = at(rows, s, row);
            const double pull = k.clipped ? 0.0 : -e.advantage * k.ratio;
            out[row - first] = (float) (e.weight * (pull + o.kl * (1.0 - std::exp(k.divergence))) / normalizer);
        }
    }
}

double grpo_loss::value(const batch & rows) const {
    double sum = 0;
    for (int64_t s = 0; s < rows.sequences(); s++) {
        const example & e = *rows.examples[s];
        for (int64_t row = rows.row_starts[s]; row < rows.row_starts[s + 1]; row++) {
            const token k = at(rows, s, row);
            const double clipped = std::min(std::max(k.ratio, 1.0 - o.clip_ratio), 1.0 + o.clip_ratio);
            sum +=
                e.weight * (-std::min(k.ratio * e.advantage, clipped * e.advantage) + o.kl * (std::exp(k.divergence) - k.divergence - 1.0));
        }
    }
    return sum / normalizer;
}

} // namespace train
