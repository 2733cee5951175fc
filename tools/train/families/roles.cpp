#include "roles.h"
#include "bad-input.h"
#include <set>

namespace train {

namespace {

struct finder {
    model & m;
    std::set<std::string> seen;

    ggml_tensor * find(const std::string & name, bool required, int64_t ne0, int64_t ne1) {
        const auto at = m.tensors.find(name);
        if (at == m.tensors.end()) {
            if (required)
                throw bad_input(m.path + ": tensor " + name + " is missing");
            return nullptr;
        }
        seen.insert(name);
        ggml_tensor * t = at->second;
        if (t->ne[0] != ne0 || t->ne[1] != ne1 || t->ne[2] != 1 || t->ne[3] != 1) {
            throw bad_input(m.path + ": tensor " + name + " is " + std::to_string(t->ne[0]) + " x " + std::to_string(t->ne[1]) +
                            ", expected " + std::to_string(ne0) + " x " + std::to_string(ne1));
        }
        if (ne1 == 1 && t->type != GGML_TYPE_F32)
            throw bad_input(m.path + ": tensor " + name + " is a vector and must be F32");
        return t;
    }

    ggml_tensor * vector(const std::string & name, bool required, int64_t n) { return find(name, required, n, 1); }

    matrix linear(const std::string & name, int64_t in, int64_t out) {
        matrix w;
        w.weight = find(name + ".weight", true, in, out);
        w.bias = vector(name + ".bias", false, out);
        return w;
    }
};

} // namespace

void assign_roles(model & m) {
    hyperparameters & h = m.hyper;
    const auto embedding = m.tensors.find("token_embd.weight");
    if (embedding == m.tensors.end())
        throw bad_input(m.path + ": tensor token_embd.weight is missing");
    h.vocabulary = embedding->second->ne[1];

    finder f{m, {}};
    const int64_t q = h.heads * h.head_size, kv = h.kv_heads * h.head_size;
    const bool head_norms = h.architecture == "qwen3";
    m.token_embedding = f.find("token_embd.weight", true, h.embedding, h.vocabulary);
    m.output_norm = f.vector("output_norm.weight", true, h.embedding);
    m.output.weight = f.find("output.weight", false, h.embedding, h.vocabulary);
    if (!m.output.weight)
        m.output.weight = m.token_embedding;
    m.rope_factors = f.vector("rope_freqs.weight", false, h.head_size / 2);
    m.layers.resize(h.layers);
    for (int64_t i = 0; i < h.layers; i++) {
        const std::string block = "blk." + std::to_string(i) + ".";
        layer & l = m.layers[i];
        l.attn_norm = f.vector(block + "attn_norm.weight", true, h.embedding);
        l.ffn_norm = f.vector(block + "ffn_norm.weight", true, h.embedding);
        if (head_norms) {
            l.q_norm = f.vector(block + "attn_q_norm.weight", true, h.head_size);
            l.k_norm = f.vector(block + "attn_k_norm.weight", true, h.head_size);
        }
        l.q = f.linear(block + "attn_q", h.embedding, q);
        l.k = f.linear(block + "attn_k", h.embedding, kv);
        l.v = f.linear(block + "attn_v", h.embedding, kv);
        l.o = f.linear(block + "attn_output", q, h.embedding);
        l.gate = f.linear(block + "ffn_gate", h.embedding, h.feed_forward);
        l.up = f.linear(block + "ffn_up", h.embedding, h.feed_forward);
        l.down = f.linear(block + "ffn_down", h.feed_forward, h.embedding);
    }
    for (int64_t i = 0; i < h.layers; i++) {
        layer & l = m.layers[i];
        const std::pair<const char *, matrix *> places[] = {{"attn_q", &l.q},      {"attn_k", &l.k},      {"attn_v", &l.v},
                                                            {"attn_output", &l.o}, {"ffn_gate", &l.gate}, {"ffn_up", &l.up},
                                                            {"ffn_down", &l.down}};
        for (const auto & place : places)
            m.targets.push_back({place.first, place.second->weight->name, place.second});
    }
    for (const auto & entry : m.tensors) {
        if (!f.seen.count(entry.first))
            throw bad_input(m.path + ": tensor " + entry.first + " is unknown for architecture " + h.architecture +
                            ", the trainer would leave it out");
    }
}

} // namespace train
