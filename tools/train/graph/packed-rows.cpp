#include "packed-rows.h"
#include <cmath>

namespace train {

std::vector<float> attention_shade(const batch & rows, int64_t window) {
    const int64_t length = rows.row_length, count = rows.shares_rows() ? rows.pack_rows() : 1;
    std::vector<float> shade(length * length * count, 0.0f);
    for (int64_t row = 0; row < count; row++) {
        const int32_t * group = rows.groups.data() + row * length;
        for (int64_t q = 0; q < length; q++)
            for (int64_t k = 0; k < length; k++)
                if (k > q || (window > 0 && q - k >= window) || (count > 1 && group[k] != group[q]))
                    shade[(row * length + q) * length + k] = -INFINITY;
    }
    return shade;
}

std::vector<float> seen_at_distance(const batch & rows, int64_t by) {
    const int64_t n = (int64_t) rows.groups.size();
    std::vector<float> seen(n);
    for (int64_t t = 0; t < n; t++)
        seen[t] = t - by >= 0 && t - by < n && rows.groups[t - by] == rows.groups[t] ? 1.0f : 0.0f;
    return seen;
}

} // namespace train
