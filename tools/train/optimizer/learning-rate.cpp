#include "learning-rate.h"
#include <algorithm>
#include <cmath>

namespace train {

constexpr double pi = 3.14159265358979323846;

double learning_rate(const optimizer_options & o, int64_t step, int64_t steps) {
    if (step <= o.warmup)
        return o.rate * (double) step / (double) o.warmup;
    if (o.shape == schedule::constant || steps <= o.warmup)
        return o.rate;
    // from the whole rate at the first step after the warmup; the end of the schedule lies after the last step, which moves something too
    const double done = std::min(1.0, (double) (step - 1 - o.warmup) / (double) (steps - o.warmup));
    const double left = o.shape == schedule::linear ? 1.0 - done : 0.5 * (1.0 + std::cos(pi * done));
    return o.rate * (o.min_ratio + (1.0 - o.min_ratio) * left);
}

} // namespace train
