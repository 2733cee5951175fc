// The kernels of distillation: a row of logits against a teacher's distribution.
#include "clones.h"
#include "kernels.h"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace train {

namespace {

constexpr double none = 1e-6; // mass of a bucket that counts as empty: both sides are sums of floats

// The mass on the tokens that the teacher does not name
struct bucket {
    double teacher, model;
};

bucket rest_of(const float * logits, float log_sum, int64_t width, const int32_t * ids, const float * logp) {
    bucket rest = {1.0, 1.0};
    for (int64_t i = 0; i < width; i++) {
        if (ids[i] < 0)
            continue;
        rest.teacher -= std::exp((double) logp[i]);
        rest.model -= std::exp((double) logits[ids[i]] - log_sum);
    }
    return {rest.teacher < none ? 0.0 : rest.teacher, std::max(rest.model, 1e-9)};
}

} // namespace

float divergence_of_row(const float * logits, float log_sum, int64_t width, const int32_t * ids, const float * logp) {
    const bucket rest = rest_of(logits, log_sum, width, ids, logp);
    double sum = rest.teacher > 0 ? rest.teacher * (std::log(rest.teacher) - std::log(rest.model)) : 0.0;
    for (int64_t i = 0; i < width; i++)
        if (ids[i] >= 0 && logp[i] > -80.0f)
            sum += std::exp((double) logp[i]) * ((double) logp[i] - ((double) logits[ids[i]] - log_sum));
    return (float) sum;
}

void divergence_gradient_row(int64_t n, const float * logits, float log_sum, int64_t width, const int32_t * ids, const float * logp,
                             float coefficient, float * out) {
    const bucket rest = rest_of(logits, log_sum, width, ids, logp);
    std::vector<float> model((size_t) n);
    logits_gradient_row(n, logits, log_sum, 0, 1.0f, model.data()); // -softmax, but for the target
    model[0] -= 1.0f;
    const float kept = (float) (1.0 - rest.teacher / rest.model); // of the softmax on tokens that the teacher does not name
    for (int64_t i = 0; i < n; i++)
        out[i] -= coefficient * kept * model[i];
    for (int64_t i = 0; i < width; i++) {
        const int32_t id = ids[i];
        if (id >= 0)
            out[id] += coefficient * (-(1.0f - kept) * model[id] - (float) std::exp((double) logp[i]));
    }
}

void likeliest_of_row(int64_t n, const float * logits, float log_sum, int64_t width, int32_t * ids, float * logp) {
    std::vector<int32_t> order((size_t) n);
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + width, order.end(), [&](int32_t a, int32_t b) {
        return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; // ties in a fixed order
    });
    for (int64_t i = 0; i < width; i++) {
        ids[i] = order[i];
        logp[i] = logits[order[i]] - log_sum;
    }
}

} // namespace train
