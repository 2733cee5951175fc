// The operations of a forward pass, each recording on the tape how its gradient flows back.
#include "transformer.h"

namespace train {

void transformer::record(std::function<void()> back) {
    if (recording)
        tape.push_back(std::move(back));
}

ggml_tensor * transformer::gradient(ggml_tensor * of) const {
    const auto at = gradients.find(of);
    return at == gradients.end() ? nullptr : at->second;
}

void transformer::play_last() {
    tape.back()();
    tape.pop_back();
}

void transformer::play_back() {
    while (!tape.empty())
        play_last();
}

// DoRA: the product without bias and residual, each output by its magnitude over its norm; the norm is a constant
ggml_tensor * transformer::magnified(const matrix & w, ggml_tensor * x, ggml_tensor * residual) {
    matrix direction = w;
    direction.bias = direction.magnitude = nullptr;
    ggml_tensor * d = linear(direction, x, nullptr);
    ggml_tensor * y = ops.magnify(d, w.magnitude, w.inverse_norm);
    if (!leaf(w.magnitude))
        derive(y, {d});
    record([=, m = w.magnitude, norm = w.inverse_norm] {
        ggml_tensor * dy = gradient(y);
        if (!dy || !wants_gradient(y))
            return;
        if (ggml_tensor * gm = leaf(m))
            ops.magnify_back(gm, d, dy, norm);
        if (wants_gradient(d))
            gradients[d] = ops.magnify(dy, m, norm);
    });
    if (w.bias)
        y = biased(y, w.bias);
    return residual ? add(residual, y, 1.0f) : y;
}

ggml_tensor * transformer::linear(const matrix & w, ggml_tensor * x, ggml_tensor * residual) {
    if (w.magnitude)
        return magnified(w, x, residual);
    ggml_tensor * y = residual || w.bias ? ops.initial(residual, w.bias, x->ne[1]) : nullptr;
    y = ops.multiply(w.weight, x, 1.0f, y);
    ggml_tensor * ax = nullptr;
    if (w.lora_a) {
        ax = ops.multiply(w.lora_a, x, 1.0f, nullptr);
        y = ops.multiply(w.lora_b, ax, w.lora_scale, y);
    }
    const bool trained = leaf(w.weight) || (w.bias && leaf(w.bias)) || (w.lora_a && leaf(w.lora_a));
    if (!trained && !wants_gradient(x) && !(residual && wants_gradient(residual)))
        constant.insert(y);
    record([=] { linear_back(w, x, ax, residual, y); });
    return y;
}

void transformer::linear_back(const matrix & w, ggml_tensor * x, ggml_tensor * ax, ggml_tensor * residual, ggml_tensor * y) {
    ggml_tensor * dy = gradient(y);
    if (!dy || !wants_gradient(y))
        return;
    if (ggml_tensor * d = leaf(w.weight))
        ops.multiply_back_weight(d, x, dy, 1.0f);
    if (ggml_tensor * d = w.bias ? leaf(w.bias) : nullptr)
        ops.bias_back(d, dy);
    ggml_tensor * dx = gradient(x); // only other products of x have written it: it may be added onto
    if (w.lora_a) {
        ggml_tensor * dax = ops.multiply_back(w.lora_b, dy, w.lora_scale, nullptr);
        if (ggml_tensor * d = leaf(w.lora_b))
            ops.multiply_back_weight(d, ax, dy, w.lora_scale);
        if (ggml_tensor * d = leaf(w.lora_a))
            ops.multiply_back_weight(d, x, dax, 1.0f);
        if (wants_gradient(x))
            dx = ops.multiply_back(w.lora_a, dax, 1.0f, dx);
    }
    if (wants_gradient(x))
        gradients[x] = ops.multiply_back(w.weight, dy, 1.0f, dx);
    if (residual && wants_gradient(residual)) {
        GGML_ASSERT(!gradient(residual)); // a residual is read by its norm before: that norm adds to this gradient later
        gradients[residual] = dy;
    }
}

ggml_tensor * transformer::experts(const matrix & w, ggml_tensor * x, ggml_tensor * routing) {
    ggml_tensor * y = expert_product(w.weight, x, routing);
    if (!w.lora_a)
        return y;
    return add(y, expert_product(w.lora_b, expert_product(w.lora_a, x, routing), routing), w.lora_scale);
}

ggml_tensor * transformer::expert_product(ggml_tensor * w, ggml_tensor * x, ggml_tensor * routing) {
    ggml_tensor * y = ops.expert_multiply(w, x, routing);
    if (!leaf(w))
        derive(y, {x});
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy || !wants_gradient(y))
            return;
        if (ggml_tensor * d = leaf(w))
            ops.expert_multiply_back_weight(d, x, dy, routing);
        if (!wants_gradient(x))
            return;
        ggml_tensor * dx = ops.expert_multiply_back(w, dy, routing);
        if (x->ne[1] == routing->ne[1])
            dx = ops.mix(dx, nullptr, routing->ne[0] / 2);
        gradients[x] = gradient(x) ? ops.add(gradient(x), dx, 1.0f) : dx;
    });
    return y;
}

ggml_tensor * transformer::norm(ggml_tensor * x, ggml_tensor * gain) {
    ggml_tensor * y = ops.norm(x, gain);
    if (!leaf(gain) && !wants_gradient(x))
        constant.insert(y);
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy)
            return;
        if (ggml_tensor * d = leaf(gain))
            ops.norm_back_gain(d, x, dy);
        if (wants_gradient(x))
            gradients[x] = ops.norm_back(x, gain, dy, gradient(x));
    });
    return y;
}

// The norm of every head by itself
ggml_tensor * transformer::head_norm(ggml_tensor * x, ggml_tensor * gain) {
    const int64_t size = m.hyper.head_size, width = x->ne[0], tokens = x->ne[1];
    ggml_context * c = g.context.get();
    ggml_tensor * split = ggml_reshape_2d(c, x, size, width / size * tokens);
    ggml_tensor * normed = ops.norm(split, gain);
    ggml_tensor * y = ggml_reshape_2d(c, normed, width, tokens);
    if (!leaf(gain) && !wants_gradient(x))
        constant.insert(y);
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy)
            return;
        dy = ggml_reshape_2d(c, dy, size, width / size * tokens);
        if (ggml_tensor * d = leaf(gain))
            ops.norm_back_gain(d, split, dy);
        if (wants_gradient(x))
            gradients[x] = ggml_reshape_2d(c, ops.norm_back(split, gain, dy, nullptr), width, tokens);
    });
    return y;
}

ggml_tensor * transformer::derive(ggml_tensor * y, std::initializer_list<const ggml_tensor *> sources) {
    for (const ggml_tensor * x : sources)
        if (wants_gradient(x))
            return y;
    constant.insert(y);
    return y;
}

ggml_tensor * transformer::attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, const layer_attention & how) {
    ggml_tensor * y = derive(ops.attend(q, k, v, how), {q, k, v});
    record([=, &how] {
        ggml_tensor * dy = gradient(y);
        if (!dy || !wants_gradient(y))
            return;
        const attention_gradients d = ops.attend_back(q, k, v, dy, how);
        gradients[q] = d.q;
        gradients[k] = d.k;
        gradients[v] = d.v;
    });
    return y;
}

ggml_tensor * transformer::gated(ggml_tensor * gate, ggml_tensor * up) {
    ggml_tensor * y = derive(ops.gated(gate, up), {gate, up});
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy || !wants_gradient(y))
            return;
        const gate_gradients d = ops.gated_back(gate, up, dy);
        gradients[gate] = d.gate;
        gradients[up] = d.up;
    });
    return y;
}

ggml_tensor * transformer::biased(ggml_tensor * x, ggml_tensor * bias) {
    ggml_tensor * y = ops.initial(x, bias, x->ne[1]);
    if (!leaf(bias))
        derive(y, {x});
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy)
            return;
        if (ggml_tensor * d = leaf(bias))
            ops.bias_back(d, dy);
        gradients[x] = dy;
    });
    return y;
}

ggml_tensor * transformer::add(ggml_tensor * a, ggml_tensor * b, float scale) {
    ggml_tensor * y = derive(ops.add(a, b, scale), {a, b});
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy || !wants_gradient(y))
            return;
        if (wants_gradient(b))
            gradients[b] = scale == 1.0f ? dy : ops.add(nullptr, dy, scale);
        if (wants_gradient(a)) {
            GGML_ASSERT(!gradient(a)); // as with a residual in linear()
            gradients[a] = dy;
        }
    });
    return y;
}

std::vector<ggml_tensor *> transformer::split(ggml_tensor * x, const std::vector<int64_t> & sizes) {
    std::vector<ggml_tensor *> parts;
    int64_t first = 0;
    for (int64_t n : sizes) {
        parts.push_back(derive(ops.slice(x, first, n), {x}));
        first += n;
    }
    record([=] {
        std::vector<ggml_tensor *> back;
        for (ggml_tensor * part : parts)
            back.push_back(gradient(part));
        if (wants_gradient(x) && back[0]) // all parts go into one operation: all have a gradient, or none
            gradients[x] = ops.join(back);
    });
    return parts;
}

ggml_tensor * transformer::select(ggml_tensor * x, ggml_tensor * rows) {
    ggml_tensor * y = ops.select(x, rows);
    if (!wants_gradient(x))
        constant.insert(y);
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (dy && wants_gradient(x))
            gradients[x] = ops.select_back(rows, dy, x->ne[1]);
    });
    return y;
}

} // namespace train
