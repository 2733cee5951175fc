#include "distill-loss.h"

namespace train {

void distill_loss::fill(const batch & rows, int64_t first, int64_t last, double factor, float * out) const {
    for (int64_t s = 0; s < rows.sequences(); s++)
        for (int64_t r = std::max<int64_t>(first, rows.row_starts[s]); r < std::min<int64_t>(last, rows.row_starts[s + 1]); r++)
            out[r - first] = (float) (factor * rows.weight_of(s) * rows.weights[r] / normalizer);
}

void distill_loss::coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    fill(rows, first, last, -nll_weight, out);
}

void distill_loss::soft_coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    fill(rows, first, last, 1.0, out);
}

double distill_loss::value(const batch & rows) const {
    double sum = 0;
    for (int64_t s = 0; s < rows.sequences(); s++)
        for (int64_t r = rows.row_starts[s]; r < rows.row_starts[s + 1]; r++)
            sum += rows.weight_of(s) * rows.weights[r] * ((double) rows.divergence[r] - nll_weight * rows.logp[r]);
    return sum / normalizer;
}

} // namespace train
