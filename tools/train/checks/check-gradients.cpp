#include "check-gradients.h"
#include "../adapters/lora.h"
#include "../data/random.h"
#include "../graph/fused-nodes.h"
#include "../graph/kernels.h"
#include "../losses/reference.h"
#include "bad-input.h"
#include "interrupted.h"
#include <cmath>

namespace train {

constexpr int directions = 6;

static double norm_of(const std::vector<float> & x) {
    double sum = 0;
    for (float v : x)
        sum += (double) v * v;
    return std::sqrt(sum);
}

// The gradients of the same adapter on the dequantized weights of the base, from which those on the stored weights must not differ
static std::vector<std::vector<float>> dequantized_gradients(session & s, const options & o, const std::vector<const example *> & examples,
                                                             const loss & objective) {
    const std::unique_ptr<model> plain = read_model(o.model, true, ggml_backend_buffer_get_type(s.net->buffer.get()), o.serving_context);
    for (size_t i = 0; i < plain->targets.size(); i++) {
        const matrix & from = *s.net->targets[i].at;
        matrix & to = *plain->targets[i].at;
        to.lora_a = from.lora_a;
        to.lora_b = from.lora_b;
        to.lora_scale = from.lora_scale;
        to.magnitude = from.magnitude;
        to.inverse_norm = from.inverse_norm;
    }
    plain->parameters = s.net->parameters;
    plain->parameter_index = s.net->parameter_index;
    const auto runner = make_runner(*plain, s.rope, o, s.longest, s.place);
    runner->train(examples, objective);
    optimizer(*plain, o.optimizer).reduce(runner->threads, runner->workers);
    std::vector<std::vector<float>> all;
    for (size_t i = 0; i < plain->parameters.size(); i++)
        all.emplace_back(runner->workers[0]->gradient(i), runner->workers[0]->gradient(i) + plain->parameters[i].size());
    return all;
}

static double cosine(const std::vector<float> & a, const std::vector<float> & b) {
    double product = 0;
    for (size_t i = 0; i < a.size(); i++)
        product += (double) a[i] * b[i];
    return product / std::max(norm_of(a) * norm_of(b), 1e-30);
}

int check_gradients(const options & o) {
    smooth_gelu = true;
    session s(o);
    compute_reference(s, o);
    random_stream random((uint64_t) o.seed);
    for (parameter & p : s.net->parameters) {
        float * w = p.values();
        const double deviation = p.decays ? 0.5 / std::sqrt((double) p.tensor->ne[0]) : 0.1;
        for (int64_t i = 0; i < ggml_nelements(p.tensor); i++)
            w[i] += (float) (deviation * random.normal());
    }
    upload_parameters(*s.net);
    const auto examples = pointers(s.data.examples);
    const auto anchors = s.target->anchors(examples);
    if (!anchors.empty())
        s.target->set_anchor(s.runner->evaluate(anchors)); // a constant to the gradient
    const auto objective = s.target->step_loss(examples);
    s.runner->train(examples, *objective);
    optimizer(*s.net, o.optimizer).reduce(s.runner->threads, s.runner->workers);
    std::vector<std::vector<float>> dequantized;
    if (s.net->lora_context)
        dequantized = dequantized_gradients(s, o, examples, *objective);
    const auto value = [&] {
        replay_routes();
        return total_loss(s.runner->evaluate(examples), *objective);
    };
    if (s.net->hyper.experts > 0) { // another choice of experts is a jump, which has no gradient: the choice is held
        if (o.workers != 1 || o.threads != 1)
            throw bad_input("check-gradients of a mixture of experts needs --workers 1 --threads 1");
        record_routes();
        value();
    }

    for (size_t i = 0; i < s.net->parameters.size() && !interrupted(); i++) {
        parameter & p = s.net->parameters[i];
        const int64_t n = ggml_nelements(p.tensor);
        float * w = p.values();
        const float * g = s.runner->workers[0]->gradient(i);
        const std::vector<float> gradient(g, g + n), weights(w, w + n);
        // a long step suffers from curvature, a short one from single precision: each direction counts with the better of two
        double error = 0, expected = 0;
        for (int d = 0; d < directions; d++) {
            // the gradient's own direction plus noise: a difference large enough to be seen, and errors across the gradient count too
            std::vector<float> u(n);
            const double scale = norm_of(gradient) / std::sqrt((double) n);
            for (int64_t k = 0; k < n; k++)
                u[k] = (float) (gradient[k] + (d == 0 ? 0.0 : scale * random.normal()));
            const double length = std::max(norm_of(u), 1e-30);
            double slope = 0;
            for (int64_t k = 0; k < n; k++)
                slope += (double) gradient[k] * u[k] / length;
            const auto loss_at = [&](double distance) {
                for (int64_t k = 0; k < n; k++)
                    w[k] = (float) (weights[k] + distance / length * u[k]);
                upload_parameters(*s.net);
                const double loss = value();
                std::copy(weights.begin(), weights.end(), w);
                upload_parameters(*s.net);
                return loss;
            };
            double smallest = 1e30;
            for (double part : {6e-3, 8e-4}) {
                const double step = part * std::max(norm_of(weights), 0.1);
                const double difference =
                    (8.0 * (loss_at(step) - loss_at(-step)) - (loss_at(2 * step) - loss_at(-2 * step))) / (12.0 * step);
                smallest = std::min(smallest, std::fabs(difference - slope));
            }
            error += smallest * smallest;
            expected += slope * slope;
        }
        json line = {{"tensor", p.name},
                     {"norm", norm_of(gradient)},
                     {"relative_error", std::sqrt(error / std::max(expected, 1e-30))},
                     {"directions", directions}};
        if (!dequantized.empty())
            line["cosine_to_dequantized"] = cosine(gradient, dequantized[i]);
        printf("%s\n", line.dump().c_str());
    }
    return 0;
}

} // namespace train
