#include "transformer.h"

namespace train {

transformer::transformer(const model & m, graph & g, operations & ops, gradient_of gradient, bool checkpoint) :
    m(m), g(g), ops(ops), leaf(gradient ? std::move(gradient) : [](const ggml_tensor *) -> ggml_tensor * { return nullptr; }),
    checkpoint(checkpoint), recording(true) {}

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

ggml_tensor * transformer::linear(const matrix & w, ggml_tensor * x, ggml_tensor * residual) {
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

// The norm of every head by itself (qwen3)
ggml_tensor * transformer::head_norm(ggml_tensor * x, ggml_tensor * gain) {
    const int64_t size = m.hyper.head_size, width = x->ne[0], tokens = x->ne[1];
    ggml_context * c = g.context.get();
    ggml_tensor * split = ggml_reshape_2d(c, x, size, width / size * tokens);
    ggml_tensor * normed = ops.norm(split, gain);
    ggml_tensor * y = ggml_reshape_2d(c, normed, width, tokens);
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

ggml_tensor * transformer::attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v) {
    ggml_tensor * y = ops.attend(q, k, v);
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy)
            return;
        const attention_gradients d = ops.attend_back(q, k, v, dy);
        gradients[q] = d.q;
        gradients[k] = d.k;
        gradients[v] = d.v;
    });
    return y;
}

ggml_tensor * transformer::swiglu(ggml_tensor * gate, ggml_tensor * up) {
    ggml_tensor * y = ops.swiglu(gate, up);
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy)
            return;
        const swiglu_gradients d = ops.swiglu_back(gate, up, dy);
        gradients[gate] = d.gate;
        gradients[up] = d.up;
    });
    return y;
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

ggml_tensor * transformer::block(const layer & l, ggml_tensor * x) {
    ggml_tensor * h = norm(x, l.attn_norm);
    ggml_tensor * q = linear(l.q, h, nullptr);
    ggml_tensor * k = linear(l.k, h, nullptr);
    ggml_tensor * v = linear(l.v, h, nullptr);
    if (l.q_norm)
        q = head_norm(q, l.q_norm);
    if (l.k_norm)
        k = head_norm(k, l.k_norm);
    ggml_tensor * y = attend(q, k, v);
    if (&l == &m.layers.back()) { // from here on tokens no longer see each other: go on with those that have a target
        y = select(y, targets);
        x = select(x, targets);
    }
    x = linear(l.o, y, x);

    h = norm(x, l.ffn_norm);
    ggml_tensor * gate = linear(l.gate, h, nullptr);
    ggml_tensor * up = linear(l.up, h, nullptr);
    return linear(l.down, swiglu(gate, up), x);
}

ggml_tensor * transformer::forward(ggml_tensor * token_ids, ggml_tensor * positions) {
    ids = token_ids;
    targets = positions;
    ggml_tensor * x = ops.embed(m.token_embedding, ids);
    if (!leaf(m.token_embedding))
        constant.insert(x);
    recording = !checkpoint;
    for (const layer & l : m.layers) {
        inputs.push_back(x);
        x = block(l, x);
    }
    inputs.push_back(x);
    recording = true;
    return x;
}

void transformer::backward(ggml_tensor * dy) {
    if (checkpoint) {
        for (size_t i = m.layers.size(); i-- > 0;) {
            ggml_tensor * again = block(m.layers[i], inputs[i]);
            gradients[again] = dy;
            play_back();
            dy = gradient(inputs[i]);
            if (!dy)
                break;
        }
    } else {
        gradients[inputs.back()] = dy;
        play_back();
        dy = gradient(inputs[0]);
    }
    if (ggml_tensor * d = leaf(m.token_embedding))
        ops.embed_back(d, ids, dy);
}

} // namespace train
