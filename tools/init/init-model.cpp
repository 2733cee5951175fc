#include "init-model.h"
#include "../train/data/random.h"
#include "../train/families/model.h"
#include "../train/save/gguf-file.h"
#include "write-tokenizer.h"
#include <cmath>

using namespace train;

namespace {

struct writer {
    gguf_context * file;
    ggml_context * shapes;
    ggml_type type;
    random_stream random;
    std::vector<std::vector<char>> held;

    void add(const std::string & name, int64_t ne0, int64_t ne1, ggml_type stored, const std::vector<float> & values) {
        ggml_tensor * t = ne1 > 1 ? ggml_new_tensor_2d(shapes, stored, ne0, ne1) : ggml_new_tensor_1d(shapes, stored, ne0);
        ggml_set_name(t, name.c_str());
        std::vector<char> data(ggml_nbytes(t));
        ggml_quantize_chunk(stored, values.data(), data.data(), 0, ne1, ne0, nullptr);
        held.push_back(std::move(data));
        gguf_add_tensor(file, t);
        gguf_set_tensor_data(file, name.c_str(), held.back().data());
    }

    void matrix(const std::string & name, int64_t in, int64_t out) { matrix(name, in, out, 1.0 / std::sqrt(3.0 * (double) in)); }

    void matrix(const std::string & name, int64_t in, int64_t out, double deviation) {
        std::vector<float> values(in * out);
        for (float & v : values)
            v = (float) (deviation * random.normal());
        add(name, in, out, storable_type(type, in), values);
    }

    void vector(const std::string & name, int64_t n, float value) { add(name, n, 1, GGML_TYPE_F32, std::vector<float>(n, value)); }
};

void write_hyperparameters(gguf_context * file, const model_spec & s) {
    const std::string a = s.architecture + ".";
    gguf_set_val_str(file, "general.architecture", s.architecture.c_str());
    gguf_set_val_str(file, "general.name", s.name.c_str());
    const auto integer = [&](const char * key, int64_t value) { gguf_set_val_u32(file, (a + key).c_str(), (uint32_t) value); };
    integer("context_length", s.context_length);
    integer("embedding_length", s.embedding_length);
    integer("block_count", s.block_count);
    integer("feed_forward_length", s.feed_forward_length);
    integer("attention.head_count", s.head_count);
    integer("attention.head_count_kv", s.head_count_kv);
    integer("attention.key_length", s.head_dim);
    integer("attention.value_length", s.head_dim);
    integer("rope.dimension_count", s.head_dim);
    gguf_set_val_f32(file, (a + "attention.layer_norm_rms_epsilon").c_str(), (float) s.rms_eps);
    gguf_set_val_f32(file, (a + "rope.freq_base").c_str(), (float) s.rope_freq_base);
    if (s.nope) {
        gguf_set_val_str(file, (a + "rope.scaling.type").c_str(), "linear");
        gguf_set_val_f32(file, (a + "rope.scaling.factor").c_str(), 1e9f);
    }
}

} // namespace

void init_model(const model_spec & s, uint64_t seed, const std::string & type, const std::string & out) {
    gguf_ptr file(gguf_init_empty());
    write_hyperparameters(file.get(), s);
    const int64_t vocabulary = write_tokenizer(file.get(), s);

    context_ptr shapes(ggml_init({(size_t) (s.block_count * 16 + 8) * ggml_tensor_overhead(), nullptr, true}));
    writer w{file.get(), shapes.get(), type_by_name(type), random_stream(seed), {}};
    const int64_t e = s.embedding_length, q = s.head_count * s.head_dim, kv = s.head_count_kv * s.head_dim, ff = s.feed_forward_length;
    w.matrix("token_embd.weight", e, vocabulary, s.tied_embeddings ? 1.0 / std::sqrt((double) e) : 1.0);
    for (int64_t i = 0; i < s.block_count; i++) {
        const std::string b = "blk." + std::to_string(i) + ".";
        w.vector(b + "attn_norm.weight", e, 1.0f);
        w.matrix(b + "attn_q.weight", e, q);
        w.matrix(b + "attn_k.weight", e, kv);
        w.matrix(b + "attn_v.weight", e, kv);
        if (s.architecture == "qwen2") {
            w.vector(b + "attn_q.bias", q, 0.0f);
            w.vector(b + "attn_k.bias", kv, 0.0f);
            w.vector(b + "attn_v.bias", kv, 0.0f);
        }
        if (s.architecture == "qwen3") {
            w.vector(b + "attn_q_norm.weight", s.head_dim, 1.0f);
            w.vector(b + "attn_k_norm.weight", s.head_dim, 1.0f);
        }
        w.matrix(b + "attn_output.weight", q, e);
        w.vector(b + "ffn_norm.weight", e, 1.0f);
        w.matrix(b + "ffn_gate.weight", e, ff);
        w.matrix(b + "ffn_up.weight", e, ff);
        w.matrix(b + "ffn_down.weight", ff, e);
    }
    w.vector("output_norm.weight", e, 1.0f);
    if (!s.tied_embeddings)
        w.matrix("output.weight", e, vocabulary);
    write_gguf(file.get(), out);
}
