#include "optimizer.h"
#include "../graph/clones.h"
#include "../graph/kernels.h"
#include <algorithm>
#include <cmath>

namespace train {

constexpr int64_t span_length = 32768;

optimizer::optimizer(model & m, const optimizer_options & options) : m(m), options(options) {
    for (size_t i = 0; i < m.parameters.size(); i++) {
        const int64_t n = m.parameters[i].size();
        states.push_back({std::vector<float>(n), std::vector<float>(n), {}});
        if (options.average > 0) {
            const float * w = m.parameters[i].values();
            states.back().average.assign(w, w + n);
        }
        for (int64_t first = 0; first < n; first += span_length)
            spans.push_back({(int) i, first, std::min(span_length, n - first)});
    }
}

double optimizer::reduce(team & threads, const std::vector<std::unique_ptr<worker>> & workers) {
    if (device)
        return device->norm();
    std::vector<double> squares(spans.size());
    threads.run([&](int thread) {
        for (size_t s = thread; s < spans.size(); s += threads.size()) {
            float * sum = workers[0]->gradient(spans[s].parameter) + spans[s].first;
            for (size_t w = 1; w < workers.size(); w++)
                add_to(spans[s].count, workers[w]->gradient(spans[s].parameter) + spans[s].first, sum);
            squares[s] = sum_of_squares(spans[s].count, sum);
        }
    });
    double total = 0;
    for (double s : squares)
        total += s;
    return std::sqrt(total);
}

struct adamw_step {
    float rate, decay, beta1, beta2, correction1, correction2, epsilon, gradient_scale;
};

TRAIN_CLONES
static void adamw(int64_t n, const adamw_step a, const float * gradient, float * w, float * first, float * second) {
    for (int64_t i = 0; i < n; i++) {
        const float g = gradient[i] * a.gradient_scale;
        const float m1 = a.beta1 * first[i] + (1.0f - a.beta1) * g;
        const float m2 = a.beta2 * second[i] + (1.0f - a.beta2) * g * g;
        first[i] = m1;
        second[i] = m2;
        w[i] -= a.rate * (m1 * a.correction1 / (sqrtf(m2 * a.correction2) + a.epsilon) + a.decay * w[i]);
    }
}

TRAIN_CLONES
static void move_average(int64_t n, float decay, const float * w, float * average) {
    for (int64_t i = 0; i < n; i++)
        average[i] += (1.0f - decay) * (w[i] - average[i]);
}

void optimizer::update(team & threads, worker & reduced, double norm, double rate, int64_t step) {
    step += age;
    adamw_step a;
    a.rate = (float) rate;
    a.beta1 = (float) options.beta1;
    a.beta2 = (float) options.beta2;
    a.correction1 = (float) (1.0 / (1.0 - std::pow(options.beta1, (double) step)));
    a.correction2 = (float) (1.0 / (1.0 - std::pow(options.beta2, (double) step)));
    a.epsilon = (float) options.epsilon;
    a.gradient_scale = options.clip > 0 && norm > options.clip ? (float) (options.clip / norm) : 1.0f;
    if (device)
        return device->step({a.rate, a.beta1, a.beta2, a.epsilon, (float) options.weight_decay, a.correction1, a.correction2},
                            a.gradient_scale);
    // young averages follow closely: decay min(d, (1 + t) / (10 + t))
    const float decay = (float) std::min(options.average, (1.0 + (double) step) / (10.0 + (double) step));
    threads.run([&](int thread) {
        for (size_t i = thread; i < spans.size(); i += threads.size()) {
            const span & s = spans[i];
            parameter & p = m.parameters[s.parameter];
            state & st = states[s.parameter];
            adamw_step mine = a;
            mine.decay = p.decays ? (float) options.weight_decay : 0.0f;
            float * w = p.values() + s.first;
            adamw(s.count, mine, reduced.gradient(s.parameter) + s.first, w, st.first.data() + s.first, st.second.data() + s.first);
            if (options.average > 0)
                move_average(s.count, decay, w, st.average.data() + s.first);
        }
    });
    upload_parameters(m);
}

void optimizer::move_to_device(worker & w) {
    if (!w.device() || options.average > 0)
        return;
    w.clear_gradients(); // makes them
    device = std::make_unique<device_step>(m, w);
    for (size_t i = 0; i < states.size(); i++)
        device->write(i, states[i].first, states[i].second);
}

void optimizer::settle() {
    if (!device)
        return;
    copy_parameters_to_host(m);
    for (size_t i = 0; i < states.size(); i++)
        device->read(i, states[i].first, states[i].second);
}

void optimizer::swap_average() {
    if (options.average <= 0)
        return;
    for (size_t i = 0; i < states.size(); i++) {
        float * w = m.parameters[i].values();
        std::swap_ranges(states[i].average.begin(), states[i].average.end(), w);
    }
    upload_parameters(m);
}

} // namespace train
