#include "device-head.h"
#include <algorithm>
#include <cfloat>
#include <cmath>

namespace train {

bool device_head_serves(const batch & rows, const std::vector<float> * logits) {
    return !logits && rows.soft.empty() && rows.top.width == 0;
}

void device_head_results::read(batch & rows) const {
    for (const chunk & c : chunks) {
        const int64_t n = std::min(ggml_nelements(c.greedy), (int64_t) rows.targets.size() - c.first); // the rest fills the shape up
        std::vector<float> probability(n);
        std::vector<int32_t> greedy(n);
        ggml_backend_tensor_get(c.probability, probability.data(), 0, n * sizeof(float));
        ggml_backend_tensor_get(c.greedy, greedy.data(), 0, n * sizeof(int32_t));
        for (int64_t r = 0; r < n; r++) {
            // what a softmax in F32 rounds to nothing is at most e^-87
            rows.logp[c.first + r] = std::log(std::max(probability[r], FLT_MIN));
            rows.greedy[c.first + r] = greedy[r] == rows.targets[c.first + r];
        }
    }
}

namespace {

struct device_head {
    const model & m;
    graph & g;
    operations & ops;
    gradient_of leaf;
    ggml_tensor * h;
    ggml_context * c = g.context.get();

    ggml_tensor *ah = nullptr, *slope = nullptr; // of the chunk whose logits were made last: A h of the head's adapter, d(capped)/d(raw)

    ggml_tensor * columns(ggml_tensor * x, int64_t first, int64_t n) { return ggml_view_2d(c, x, x->ne[0], n, x->nb[1], first * x->nb[1]); }

    // as served: scaled and capped where the family does that
    ggml_tensor * logits(int64_t first, int64_t n) {
        ggml_tensor * y = m.output.bias ? ops.initial(nullptr, m.output.bias, n) : nullptr;
        y = ops.multiply(m.output.weight, columns(h, first, n), 1.0f, y);
        if (m.output.lora_a) {
            ah = ops.multiply(m.output.lora_a, columns(h, first, n), 1.0f, nullptr);
            y = ops.multiply(m.output.lora_b, ah, m.output.lora_scale, y);
        }
        const float scale = m.hyper.logit_scale, cap = m.hyper.logit_cap;
        if (cap <= 0)
            return scale == 1.0f ? y : g.emit(ggml_scale(c, y, scale));
        ggml_tensor * t = g.emit(ggml_tanh(c, ggml_scale(c, y, scale / cap)));
        slope = ggml_scale_bias(c, ggml_sqr(c, t), -scale, scale);
        return g.emit(ggml_scale(c, t, cap));
    }

    // Where in the logits, read as one column, each row has its target
    ggml_tensor * places(int64_t first, int64_t n) {
        return g.constant(GGML_TYPE_I32, n, 1, "targets", [first, n, vocabulary = m.hyper.vocabulary](const batch & b) {
            std::vector<int32_t> at(n);
            for (int64_t r = 0; r < n; r++)
                at[r] = (int32_t) (r * vocabulary + (first + r < (int64_t) b.targets.size() ? b.targets[first + r] : 0));
            return at;
        });
    }

    // [values, 1]: a matrix as one column of rows of a single value
    ggml_tensor * flat(ggml_tensor * t) { return ggml_reshape_2d(c, t, 1, ggml_nelements(t)); }

    // dL/dlogits = c (onehot(target) - softmax): the softmax times -c, and at the target's place c (1 - p)
    ggml_tensor * gradient(ggml_tensor * softmax, ggml_tensor * probability, ggml_tensor * at, int64_t first) {
        const int64_t n = softmax->ne[1];
        ggml_tensor * each = g.constant(GGML_TYPE_F32, 1, n, "coefficients", [first, n](const batch & b) {
            std::vector<float> negative(n, 0.0f);
            for (int64_t r = 0; r < n && first + r < (int64_t) b.coefficients.size(); r++)
                negative[r] = -b.coefficients[first + r];
            return negative;
        });
        ggml_tensor * d = g.emit(ggml_mul(c, softmax, each));
        ggml_tensor * at_target = ggml_mul(c, ggml_scale_bias(c, probability, 1.0f, -1.0f), each);
        d = g.emit(ggml_set_rows(c, flat(d), at_target, at));
        d = ggml_reshape_2d(c, d, softmax->ne[0], n);
        if (m.hyper.logit_cap > 0)
            return g.emit(ggml_mul(c, d, slope));
        return m.hyper.logit_scale == 1.0f ? d : g.emit(ggml_scale(c, d, m.hyper.logit_scale));
    }

    // The gradients of the head's own weights, and dL/dh, added onto a matrix where one is given
    ggml_tensor * back(int64_t first, int64_t n, ggml_tensor * dlogits, ggml_tensor * onto) {
        if (ggml_tensor * d = leaf(m.output.weight))
            ops.multiply_back_weight(d, columns(h, first, n), dlogits, 1.0f);
        if (ggml_tensor * d = m.output.bias ? leaf(m.output.bias) : nullptr)
            ops.bias_back(d, dlogits);
        ggml_tensor * dh = ops.multiply_back(m.output.weight, dlogits, 1.0f, onto);
        if (!m.output.lora_a)
            return dh;
        ggml_tensor * dah = ops.multiply_back(m.output.lora_b, dlogits, m.output.lora_scale, nullptr);
        ops.multiply_back_weight(leaf(m.output.lora_b), ah, dlogits, m.output.lora_scale);
        ops.multiply_back_weight(leaf(m.output.lora_a), columns(h, first, n), dah, 1.0f);
        return ops.multiply_back(m.output.lora_a, dah, 1.0f, dh);
    }
};

} // namespace

ggml_tensor * emit_device_head(const model & m, graph & g, operations & ops, transformer & net, const gradient_of & leaf,
                               ggml_tensor * hidden, bool trains, int64_t chunk, device_head_results & results) {
    const int64_t count = hidden->ne[1];
    device_head part{m, g, ops, leaf, net.norm(hidden, m.output_norm)};
    ggml_context * c = g.context.get();
    ggml_tensor * dh = nullptr; // the chunks' side by side
    for (int64_t first = 0; first < count; first += chunk) {
        const int64_t n = std::min(chunk, count - first);
        ggml_tensor * logits = part.logits(first, n);
        ggml_tensor * greedy = g.emit(ggml_argmax(c, logits));
        ggml_tensor * softmax = g.emit(ggml_soft_max(c, logits));
        ggml_tensor * at = part.places(first, n);
        ggml_tensor * probability = g.emit(ggml_get_rows(c, part.flat(softmax), at));
        ggml_set_output(greedy);
        ggml_set_output(probability);
        results.chunks.push_back({first, probability, greedy});
        if (!trains)
            continue;
        ggml_tensor * dlogits = part.gradient(softmax, probability, at, first);
        ggml_tensor * back = part.back(first, n, dlogits, nullptr);
        dh = dh ? g.emit(ggml_concat(c, dh, back, 1)) : back;
    }
    if (!trains)
        return nullptr;
    net.set_gradient(part.h, dh);
    net.play_last(); // the output norm, the last entry on the tape
    return net.gradient(hidden);
}

} // namespace train
