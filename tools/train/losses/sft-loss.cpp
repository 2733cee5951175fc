#include "sft-loss.h"
#include <algorithm>

namespace train {

void sft_loss::coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    for (int64_t s = 0; s < rows.sequences(); s++) {
        for (int64_t r = std::max<int64_t>(first, rows.row_starts[s]); r < std::min<int64_t>(last, rows.row_starts[s + 1]); r++)
            out[r - first] = (float) (-rows.weight_of(s) * rows.weights[r] / normalizer);
    }
}

double sft_loss::value(const batch & rows) const {
    double sum = 0;
    for (int64_t s = 0; s < rows.sequences(); s++)
        for (int64_t r = rows.row_starts[s]; r < rows.row_starts[s + 1]; r++)
            sum -= rows.weight_of(s) * rows.weights[r] * rows.logp[r];
    return sum / normalizer;
}

} // namespace train
