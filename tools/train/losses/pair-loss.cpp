#include "pair-loss.h"
#include "sigmoid.h"

namespace train {

static double targets_of(const batch & rows, int64_t s) {
    return (double) std::max<int64_t>(1, rows.row_starts[s + 1] - rows.row_starts[s]);
}

pair_score score_of(const batch & rows, int64_t s, const pair_options & o) {
    const double mean = rows.sequence_logp(s) / targets_of(rows, s);
    if (!o.odds)
        return {o.beta * mean, o.beta};
    const double rest = -std::expm1(std::min(mean, -1e-6)); // 1 - p
    return {mean - std::log(rest), 1.0 / rest};
}

void pair_loss::coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    for (size_t pair = 0; pair < rows.examples.size(); pair++) {
        const example & e = *rows.examples[pair];
        const int64_t chosen = 2 * (int64_t) pair;
        const pair_score sides[2] = {score_of(rows, chosen, o), score_of(rows, chosen + 1, o)};
        const bool equal = e.sequences[0].tokens == e.sequences[1].tokens; // see dpo_loss
        const double h = sides[0].value - sides[1].value - o.margin;
        const double dh = equal ? 0.0 : -(o.odds ? o.beta : 1.0) * sigmoid(-h), weight = e.weight / normalizer;
        for (int64_t side = 0; side < 2; side++) {
            const int64_t s = chosen + side;
            const double by_mean = (side == 0 ? dh * sides[0].slope - o.nll_weight : -dh * sides[1].slope);
            for (int64_t t = std::max<int64_t>(first, rows.row_starts[s]); t < std::min<int64_t>(last, rows.row_starts[s + 1]); t++)
                out[t - first] = (float) (weight * by_mean / targets_of(rows, s));
        }
    }
}

double pair_loss::value(const batch & rows) const {
    double sum = 0;
    for (size_t pair = 0; pair < rows.examples.size(); pair++) {
        const int64_t chosen = 2 * (int64_t) pair;
        const double h = score_of(rows, chosen, o).value - score_of(rows, chosen + 1, o).value - o.margin;
        const double nll = -rows.sequence_logp(chosen) / targets_of(rows, chosen);
        sum += rows.examples[pair]->weight * (-(o.odds ? o.beta : 1.0) * log_sigmoid(h) + o.nll_weight * nll);
    }
    return sum / normalizer;
}

} // namespace train
