#include "kto-loss.h"
#include "sigmoid.h"

namespace train {

double kto_reward(const batch & rows, int64_t s, double beta) {
    return beta * (rows.sequence_logp(s) - rows.examples[rows.owners[s]]->reference[0]);
}

void kto_loss::coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    for (int64_t s = 0; s < rows.sequences(); s++) {
        const bool wanted = rows.examples[rows.owners[s]]->reward > 0;
        const double x = (wanted ? 1.0 : -1.0) * (kto_reward(rows, s, o.beta) - anchor), weight = wanted ? o.desirable : o.undesirable;
        const double each = -weight * (wanted ? 1.0 : -1.0) * sigmoid(x) * sigmoid(-x) * o.beta * rows.weight_of(s) / normalizer;
        for (int64_t t = std::max<int64_t>(first, rows.row_starts[s]); t < std::min<int64_t>(last, rows.row_starts[s + 1]); t++)
            out[t - first] = (float) each;
    }
}

double kto_loss::value(const batch & rows) const {
    double sum = 0;
    for (int64_t s = 0; s < rows.sequences(); s++) {
        const bool wanted = rows.examples[rows.owners[s]]->reward > 0;
        const double x = (wanted ? 1.0 : -1.0) * (kto_reward(rows, s, o.beta) - anchor);
        sum += rows.weight_of(s) * (wanted ? o.desirable : o.undesirable) * sigmoid(-x);
    }
    return sum / normalizer;
}

} // namespace train
