#include "describe-tensors.h"
#include "bad-input.h"
#include "model.h"
#include <set>

namespace train {

namespace {

struct describer {
    const hyperparameters & h;
    const tensor_source & source;
    weights & all;

    ggml_tensor * gain(const std::string & name, int64_t n) { return source({name + ".weight", n, 1, part::gain, true}); }
    ggml_tensor * bias(const std::string & name, int64_t n) { return source({name + ".bias", n, 1, part::bias, false}); }

    void linear(matrix & w, const std::string & block, const char * kind, int64_t in, int64_t out, bool may_bias, bool required = true) {
        w.weight = source({block + kind + ".weight", in, out, part::matrix, required});
        if (!w.weight)
            return;
        w.bias = may_bias ? bias(block + kind, out) : nullptr;
        all.targets.push_back({kind, block + kind + ".weight", &w});
    }

    void attention(layer & l, const std::string & block) {
        const int64_t q = h.heads * h.head_size, kv = h.kv_heads * h.head_size, e = h.embedding;
        linear(l.qkv, block, "attn_qkv", e, q + 2 * kv, true, false);
        if (l.qkv.weight) {
            const std::pair<const char *, int64_t> parts[] = {{"attn_q", q}, {"attn_k", kv}, {"attn_v", kv}};
            for (int i = 0; i < 3 && !l.qkv.bias; i++)
                l.bias_parts[i] = bias(block + parts[i].first, parts[i].second);
        } else {
            linear(l.q, block, "attn_q", e, q, true);
            linear(l.k, block, "attn_k", e, kv, true);
            linear(l.v, block, "attn_v", e, kv, true);
        }
        if (h.qk_norm != query_norm::none) {
            const bool full = h.qk_norm == query_norm::full;
            l.q_norm = gain(block + "attn_q_norm", full ? q : h.head_size);
            l.k_norm = gain(block + "attn_k_norm", full ? kv : h.head_size);
        }
        linear(l.o, block, "attn_output", q, e, h.output_bias);
    }

    void experts(matrix & w, const std::string & block, const char * kind, int64_t in, int64_t out) {
        w.weight = source({block + kind + ".weight", in, out, part::matrix, true, h.experts});
        all.targets.push_back({kind, block + kind + ".weight", &w, false, true});
    }

    // Adapters go on the expert that sees every token; on the router and the others, of which each has its own, only where they are asked
    // for
    void mixture(layer & l, const std::string & block) {
        linear(l.router, block, "ffn_gate_inp", h.embedding, h.experts, false);
        all.targets.back().asked = true;
        experts(l.gate_experts, block, "ffn_gate_exps", h.embedding, h.expert_feed_forward);
        experts(l.up_experts, block, "ffn_up_exps", h.embedding, h.expert_feed_forward);
        experts(l.down_experts, block, "ffn_down_exps", h.expert_feed_forward, h.embedding);
        if (h.shared_feed_forward == 0)
            return;
        linear(l.shared_gate, block, "ffn_gate_shexp", h.embedding, h.shared_feed_forward, false);
        linear(l.shared_up, block, "ffn_up_shexp", h.embedding, h.shared_feed_forward, false);
        linear(l.shared_down, block, "ffn_down_shexp", h.shared_feed_forward, h.embedding, false);
    }

    void feed_forward(layer & l, const std::string & block) {
        if (!h.gate_in_up)
            linear(l.gate, block, "ffn_gate", h.embedding, h.feed_forward, h.ffn_bias);
        linear(l.up, block, "ffn_up", h.embedding, (h.gate_in_up ? 2 : 1) * h.feed_forward, h.ffn_bias);
        linear(l.down, block, "ffn_down", h.feed_forward, h.embedding, h.ffn_bias);
    }

    void convolution(layer & l, const std::string & block) {
        linear(l.conv_in, block, "shortconv.in_proj", h.embedding, 3 * h.embedding, false);
        l.taps = source({block + "shortconv.conv.weight", h.taps, h.embedding, part::taps, true});
        linear(l.o, block, "shortconv.out_proj", h.embedding, h.embedding, false);
    }

    void block(layer & l, const std::string & block, bool convolves) {
        l.attn_norm = h.norm_before ? gain(block + "attn_norm", h.embedding) : nullptr;
        convolves ? convolution(l, block) : attention(l, block);
        l.attn_post_norm = h.norm_after ? gain(block + "post_attention_norm", h.embedding) : nullptr;
        l.ffn_norm = h.norm_before ? gain(block + "ffn_norm", h.embedding) : nullptr;
        h.experts > 0 ? mixture(l, block) : feed_forward(l, block);
        l.ffn_post_norm = h.norm_after ? gain(block + "post_ffw_norm", h.embedding) : nullptr;
    }

    void whole() {
        all.token_embedding = source({"token_embd.weight", h.embedding, h.vocabulary, part::embedding, true});
        if (h.rope_factors)
            all.rope_factors = source({"rope_freqs.weight", h.rope_size / 2, 1, part::factors, false});
        if (h.long_factors) {
            all.long_factors = source({"rope_factors_long.weight", h.rope_size / 2, 1, part::factors, false});
            all.short_factors = source({"rope_factors_short.weight", h.rope_size / 2, 1, part::factors, false});
        }
        all.layers.resize((size_t) h.layers);
        for (int64_t i = 0; i < h.layers; i++)
            block(all.layers[i], "blk." + std::to_string(i) + ".", h.attention[i].convolves);
        all.output_norm = gain(h.output_norm, h.embedding);
        if (h.head != head_weight::tied)
            all.output.weight = source({"output.weight", h.embedding, h.vocabulary, part::head, h.head == head_weight::own});
        if (!all.output.weight)
            all.output.weight = all.token_embedding;
        else
            all.targets.push_back({"output", "output.weight", &all.output, false, true});
        all.input.weight = all.token_embedding;
        all.targets.push_back({"token_embd", "token_embd.weight", &all.input, true, true});
        all.output.bias = h.head_bias ? bias("output", h.vocabulary) : nullptr;
    }
};

} // namespace

void describe_tensors(const hyperparameters & h, const tensor_source & source, weights & all) {
    describer{h, source, all}.whole();
}

static std::string shape_text(int64_t ne0, int64_t ne1, int64_t ne2) {
    return std::to_string(ne0) + " x " + std::to_string(ne1) + (ne2 > 1 ? " x " + std::to_string(ne2) : "");
}

void assign_roles(model & m) {
    const auto embedding = m.tensors.find("token_embd.weight");
    if (embedding == m.tensors.end())
        throw bad_input(m.path + ": tensor token_embd.weight is missing");
    m.hyper.vocabulary = embedding->second->ne[1];
    std::set<std::string> seen;
    const auto source = [&](const wanted_tensor & wanted) -> ggml_tensor * {
        const auto at = m.tensors.find(wanted.name);
        if (at == m.tensors.end()) {
            if (wanted.required)
                throw bad_input(m.path + ": tensor " + wanted.name + " is missing");
            return nullptr;
        }
        seen.insert(wanted.name);
        ggml_tensor * t = at->second;
        if (t->ne[0] != wanted.ne0 || t->ne[1] != wanted.ne1 || t->ne[2] != wanted.ne2 || t->ne[3] != 1)
            throw bad_input(m.path + ": tensor " + wanted.name + " is " + shape_text(t->ne[0], t->ne[1], t->ne[2]) + ", expected " +
                            shape_text(wanted.ne0, wanted.ne1, wanted.ne2));
        if (wanted.ne1 == 1 && t->type != GGML_TYPE_F32)
            throw bad_input(m.path + ": tensor " + wanted.name + " is a vector and must be F32");
        if (wanted.kind == part::taps && t->type != GGML_TYPE_F32)
            throw bad_input(m.path + ": tensor " + wanted.name + " holds a convolution's taps and must be F32");
        return t;
    };
    describe_tensors(m.hyper, source, m);
    for (const auto & entry : m.tensors) {
        if (!seen.count(entry.first))
            throw bad_input(m.path + ": tensor " + entry.first + " is unknown for architecture " + m.hyper.architecture +
                            ", the trainer would leave it out");
    }
}

} // namespace train
