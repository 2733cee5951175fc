#include "transformer.h"

namespace train {

transformer::transformer(const model & m, graph & g, operations & ops, gradient_of gradient, bool checkpoint) :
    m(m), g(g), ops(ops), leaf(gradient ? std::move(gradient) : [](const ggml_tensor *) -> ggml_tensor * { return nullptr; }),
    checkpoint(checkpoint), recording(true) {}

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

// residual + scale * (the weighted sum of a token's experts + the expert that sees every token)
ggml_tensor * transformer::mixture(const layer & l, ggml_tensor * h, ggml_tensor * residual) {
    const int64_t used = m.hyper.experts_used;
    ggml_tensor * logits = linear(l.router, h, nullptr);
    ggml_tensor * routing = derive(ops.route(logits, used), {logits});
    record([=] {
        if (ggml_tensor * dweights = gradient(routing))
            if (wants_gradient(logits))
                gradients[logits] = ops.route_back(logits, routing, dweights);
    });
    ggml_tensor * gate = experts(l.gate_experts, h, routing);
    ggml_tensor * y = experts(l.down_experts, gated(gate, experts(l.up_experts, h, routing)), routing);
    ggml_tensor * mixed = derive(ops.mix(y, routing, used), {y, routing});
    record([=] {
        ggml_tensor * dy = gradient(mixed);
        if (!dy || !wants_gradient(mixed))
            return;
        gradients[y] = ops.mix_back(dy, routing);
        gradients[routing] = ops.mix_back_weights(y, dy, routing);
    });
    if (l.shared_up.weight) {
        ggml_tensor * shared_gate = linear(l.shared_gate, h, nullptr);
        mixed = add(mixed, linear(l.shared_down, gated(shared_gate, linear(l.shared_up, h, nullptr)), nullptr), 1.0f);
    }
    return add(residual, mixed, m.hyper.residual_scale);
}

// Two gates around a convolution over the last few tokens, all three from one matrix
ggml_tensor * transformer::short_convolution(const layer & l, ggml_tensor * h) {
    const int64_t n = m.hyper.embedding;
    const std::vector<ggml_tensor *> parts = split(linear(l.conv_in, h, nullptr), {n, n, n});
    return product(parts[1], convolve(product(parts[0], parts[2]), l.taps));
}

ggml_tensor * transformer::attention(const layer & l, ggml_tensor * h) {
    const bool full = m.hyper.qk_norm == query_norm::full;
    const std::vector<ggml_tensor *> parts = queries_keys_values(l, h);
    ggml_tensor *q = parts[0], *k = parts[1], *v = parts[2];
    if (l.q_norm)
        q = full ? norm(q, l.q_norm) : head_norm(q, l.q_norm);
    if (l.k_norm)
        k = full ? norm(k, l.k_norm) : head_norm(k, l.k_norm);
    return attend(q, k, v, m.hyper.attention[&l - m.layers.data()]);
}

ggml_tensor * transformer::block(const layer & l, ggml_tensor * x) {
    const size_t index = &l - m.layers.data();
    ggml_tensor * normed = l.attn_norm ? norm(x, l.attn_norm) : x;
    ggml_tensor * y = l.taps ? short_convolution(l, normed) : attention(l, normed);
    if (index + 1 == m.layers.size()) { // from here on tokens no longer see each other: go on with those that have a target
        y = select(y, targets);
        x = select(x, targets);
    }
    x = add_block(l.o, y, l.attn_post_norm, x);
    ggml_tensor * h = l.ffn_norm ? norm(x, l.ffn_norm) : x;
    return l.router.weight ? mixture(l, h, x) : feed_forward(l, h, x);
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
