#include "check-gradients.h"
#include "random.h"
#include "session.h"
#include <cmath>

namespace train {

constexpr int directions = 6;

static double norm_of(const std::vector<float> & x) {
    double sum = 0;
    for (float v : x) sum += (double) v * v;
    return std::sqrt(sum);
}

int check_gradients(const options & o) {
    session s(o);
    random_stream random((uint64_t) o.seed);
    for (const parameter & p : s.net->parameters) {
        float * w = (float *) p.tensor->data;
        const double deviation = p.decays ? 0.5 / std::sqrt((double) p.tensor->ne[0]) : 0.1;
        for (int64_t i = 0; i < ggml_nelements(p.tensor); i++) w[i] += (float) (deviation * random.normal());
    }
    const auto examples = pointers(s.data.examples);
    s.target->prepare(*s.runner, s.data.examples);
    const auto objective = s.target->step_loss(examples);
    s.runner->train(examples, *objective);
    optimizer(*s.net, o.optimizer).reduce(s.runner->threads, s.runner->workers);
    const auto value = [&] { return total_loss(s.runner->evaluate(examples), *objective); };

    for (size_t i = 0; i < s.net->parameters.size(); i++) {
        const parameter & p = s.net->parameters[i];
        const int64_t n = ggml_nelements(p.tensor);
        float * w = (float *) p.tensor->data;
        const float * g = (const float *) s.runner->workers[0]->gradients()[i]->data;
        const std::vector<float> gradient(g, g + n), weights(w, w + n);
        double error = 0, expected = 0;
        for (int d = 0; d < directions; d++) {
            // the gradient's own direction plus noise: a difference large enough to be seen in single precision, and errors across it count too
            std::vector<float> u(n);
            const double scale = norm_of(gradient) / std::sqrt((double) n);
            for (int64_t k = 0; k < n; k++) u[k] = (float) (gradient[k] + (d == 0 ? 0.0 : scale * random.normal()));
            const double length = std::max(norm_of(u), 1e-30), step = 2e-2 * std::max(norm_of(weights), 0.1) / length / std::sqrt(10.0);
            double slope = 0;
            for (int64_t k = 0; k < n; k++) slope += (double) gradient[k] * u[k] / length;
            const auto loss_at = [&](double distance) {
                for (int64_t k = 0; k < n; k++) w[k] = (float) (weights[k] + distance * u[k]);
                return value();
            };
            const double difference = (8.0 * (loss_at(step) - loss_at(-step)) - (loss_at(2 * step) - loss_at(-2 * step))) / (12.0 * step * length);
            std::copy(weights.begin(), weights.end(), w);
            error += (difference - slope) * (difference - slope);
            expected += slope * slope;
        }
        const json line = { { "tensor", p.name }, { "norm", norm_of(gradient) }, { "relative_error", std::sqrt(error / std::max(expected, 1e-30)) }, { "directions", directions } };
        printf("%s\n", line.dump().c_str());
    }
    return 0;
}

} // namespace train
