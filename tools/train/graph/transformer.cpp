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

std::vector<ggml_tensor *> transformer::queries_keys_values(const layer & l, ggml_tensor * h) {
    const int64_t size = m.hyper.head_size, q = m.hyper.heads * size, kv = m.hyper.kv_heads * size;
    if (!l.qkv.weight)
        return {linear(l.q, h, nullptr), linear(l.k, h, nullptr), linear(l.v, h, nullptr)};
    std::vector<ggml_tensor *> parts = split(linear(l.qkv, h, nullptr), {q, kv, kv});
    for (int i = 0; i < 3; i++)
        if (l.bias_parts[i])
            parts[i] = biased(parts[i], l.bias_parts[i]);
    return parts;
}

// residual + scale * norm(w y), of which norm and scale may not be there
ggml_tensor * transformer::add_block(const matrix & w, ggml_tensor * y, ggml_tensor * norm_after, ggml_tensor * residual) {
    const float scale = m.hyper.residual_scale;
    if (!norm_after && scale == 1.0f)
        return linear(w, y, residual);
    y = linear(w, y, nullptr);
    return add(residual, norm_after ? norm(y, norm_after) : y, scale);
}

ggml_tensor * transformer::feed_forward(const layer & l, ggml_tensor * h, ggml_tensor * residual) {
    ggml_tensor *gate, *up;
    if (l.gate.weight) {
        gate = linear(l.gate, h, nullptr);
        up = linear(l.up, h, nullptr);
    } else {
        const std::vector<ggml_tensor *> parts = split(linear(l.up, h, nullptr), {m.hyper.feed_forward, m.hyper.feed_forward});
        gate = parts[0];
        up = parts[1];
    }
    return add_block(l.down, gated(gate, up), l.ffn_post_norm, residual);
}

ggml_tensor * transformer::block(const layer & l, ggml_tensor * x) {
    const size_t index = &l - m.layers.data();
    const bool full = m.hyper.qk_norm == query_norm::full;
    const std::vector<ggml_tensor *> parts = queries_keys_values(l, l.attn_norm ? norm(x, l.attn_norm) : x);
    ggml_tensor *q = parts[0], *k = parts[1], *v = parts[2];
    if (l.q_norm)
        q = full ? norm(q, l.q_norm) : head_norm(q, l.q_norm);
    if (l.k_norm)
        k = full ? norm(k, l.k_norm) : head_norm(k, l.k_norm);
    ggml_tensor * y = attend(q, k, v, m.hyper.attention[index]);
    if (index + 1 == m.layers.size()) { // from here on tokens no longer see each other: go on with those that have a target
        y = select(y, targets);
        x = select(x, targets);
    }
    x = add_block(l.o, y, l.attn_post_norm, x);
    return feed_forward(l, l.ffn_norm ? norm(x, l.ffn_norm) : x, x);
}

ggml_tensor * transformer::forward(ggml_tensor * token_ids, ggml_tensor * positions) {
    ids = token_ids;
    targets = positions;
    ggml_tensor * x = ops.embed(m.token_embedding, ids);
    if (m.input.lora_a) {
        rows = ops.embed(m.input.lora_a, ids);
        x = ops.multiply(m.input.lora_b, rows, m.input.lora_scale, x);
    }
    if (m.hyper.embedding_scale != 1.0f)
        x = ops.add(nullptr, x, m.hyper.embedding_scale);
    if (!leaf(m.token_embedding) && !(m.input.lora_a && leaf(m.input.lora_a)))
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
    ggml_tensor * d = leaf(m.token_embedding);
    ggml_tensor * da = m.input.lora_a ? leaf(m.input.lora_a) : nullptr;
    if (!dy || (!d && !da))
        return;
    if (m.hyper.embedding_scale != 1.0f)
        dy = ops.add(nullptr, dy, m.hyper.embedding_scale);
    if (d)
        ops.embed_back(d, ids, dy);
    if (da) {
        ops.multiply_back_weight(leaf(m.input.lora_b), rows, dy, m.input.lora_scale);
        ops.embed_back(da, ids, ops.multiply_back(m.input.lora_b, dy, m.input.lora_scale, nullptr));
    }
}

} // namespace train
