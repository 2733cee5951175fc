// A GGUF model as the trainer sees it: shapes, weights by role, and which of them are trained.
#pragma once
#include "ggml-backend.h"
#include "ggml.h"
#include "gguf.h"
#include "weights-file.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace train {

struct hyperparameters {
    std::string architecture;
    int64_t context, vocabulary, embedding, layers, feed_forward, heads, kv_heads, head_size;
    float rms_eps, rope_base, rope_scale, attention_scale;
    bool rope_neox;
};

// A weight matrix with what may belong to it: a bias, a LoRA adapter. y = W x + bias + lora_scale * B (A x)
struct matrix {
    ggml_tensor * weight = nullptr;
    ggml_tensor * bias = nullptr;
    ggml_tensor * lora_a = nullptr; // [in, rank]
    ggml_tensor * lora_b = nullptr; // [rank, out]
    float lora_scale = 0.0f;        // alpha / rank
};

// A matrix that an adapter can be put on: what the user calls it, and its tensor
struct target {
    std::string kind, tensor;
    matrix * at;
};

struct layer {
    ggml_tensor *attn_norm = nullptr, *ffn_norm = nullptr;
    ggml_tensor *q_norm = nullptr, *k_norm = nullptr; // qwen3
    matrix q, k, v, o, gate, up, down;
};

// What the optimizer moves: F32. On the CPU the values are the tensor's own memory; for a GPU they are a copy, sent over by
// upload_parameters().
struct parameter {
    std::string name;
    ggml_tensor * tensor;
    bool decays; // weight decay is for matrices, not for gains and biases
    std::vector<float> copy;
    float * values() { return copy.empty() ? (float *) tensor->data : copy.data(); }
    const float * values() const { return const_cast<parameter *>(this)->values(); }
    int64_t size() const { return ggml_nelements(tensor); }
};

struct context_deleter {
    void operator()(ggml_context * p) const { ggml_free(p); }
};
struct buffer_deleter {
    void operator()(ggml_backend_buffer_t p) const { ggml_backend_buffer_free(p); }
};
using context_ptr = std::unique_ptr<ggml_context, context_deleter>;
using buffer_ptr = std::unique_ptr<ggml_backend_buffer, buffer_deleter>;

struct model {
    std::string path;
    hyperparameters hyper;
    std::unique_ptr<weights_file> file;

    context_ptr context;
    buffer_ptr buffer;
    std::map<std::string, ggml_tensor *> tensors;
    std::vector<layer> layers;
    ggml_tensor *token_embedding = nullptr, *output_norm = nullptr, *rope_factors = nullptr;
    matrix output; // the head; its weight is the token embedding where the file has no output.weight

    std::vector<target> targets; // what can have an adapter, in the order of the layers
    float lora_alpha = 0.0f;     // of the adapter; 0: every scale is 1, as libllama has it
    context_ptr lora_context;
    buffer_ptr lora_buffer;

    std::vector<parameter> parameters;
    std::map<const ggml_tensor *, int> parameter_index;

    int64_t parameter_count() const;
};

// Throws bad_input when the file is a GGUF that cannot be trained (its architecture, RoPE scaling, ...). A file that is no GGUF passes:
// libllama, which reads the vocabulary next, says what is wrong with it.
void check_supported(const std::string & path);

// Reads a GGUF. full: every weight becomes F32 and a parameter; else weights keep their type and nothing is trained yet.
// Throws bad_input: unreadable, unsupported architecture or RoPE scaling, tensors that are missing or unknown.
std::unique_ptr<model> read_model(const std::string & path, bool full, ggml_backend_buffer_type_t place);

void add_parameter(model & m, const std::string & name, ggml_tensor * tensor, bool decays);
void copy_parameters_to_host(model & m); // once their tensors hold values; nothing to do where these are on the host
void upload_parameters(const model & m); // after values() have changed

// cos and sin of every position's angles, computed as ggml's rope does
struct rope_table;
void fill_rope_table(const model & m, int64_t positions, rope_table & table);

} // namespace train
