#include "sft-loss.h"
#include <algorithm>

namespace train {

void sft_loss::coefficients(const batch & rows, int64_t first, int64_t last, float * out) const {
    for (int64_t s = 0; s < rows.sequences(); s++) {
        const float each = (float) (-rows.examples[s]->weight / normalizer);
        for (int64_t r = std::max<int64_t>(first, rows.row_starts[s]); r < std::min<int64_t>(last, rows.row_starts[s + 1]); r++)
            out[r - first] = each;
    }
}

double sft_loss::value(const batch & rows) const {
    double sum = 0;
    for (int64_t s = 0; s < rows.sequences(); s++)
        sum -= rows.examples[s]->weight * rows.sequence_logp(s);
    return sum / normalizer;
}

} // namespace train
