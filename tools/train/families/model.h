// A GGUF model as the trainer sees it: shapes, weights by role, and which of them are trained.
#pragma once
#include "ggml-backend.h"
#include "ggml-cpp.h"
#include "ggml.h"
#include "gguf.h"
#include "hyperparameters.h"
#include "layer.h"
#include "weights-file.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace train {

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

struct model : weights {
    std::string path;
    hyperparameters hyper;
    std::unique_ptr<weights_file> file;

    ggml_context_ptr context;
    ggml_backend_buffer_ptr buffer;
    std::map<std::string, ggml_tensor *> tensors;
    float lora_alpha = 0.0f; // of the adapter; 0: every scale is 1, as libllama has it
    ggml_context_ptr lora_context;
    ggml_backend_buffer_ptr lora_buffer;

    std::vector<parameter> parameters;
    std::map<const ggml_tensor *, int> parameter_index;

    int64_t parameter_count() const;
};

// Throws bad_input when the file is damaged, or cannot be trained (its architecture, RoPE scaling, ...), before a library reads it.
void check_supported(const std::string & path);

// Reads a GGUF. full: every weight becomes F32 and a parameter; else weights keep their type and nothing is trained yet.
// Throws bad_input: unreadable, unsupported architecture or RoPE scaling, tensors that are missing or unknown.
// serving_context: see read_hyperparameters
std::unique_ptr<model> read_model(const std::string & path, bool full, ggml_backend_buffer_type_t place, int64_t serving_context);

void add_parameter(model & m, const std::string & name, ggml_tensor * tensor, bool decays);
void copy_parameters_to_host(model & m); // once their tensors hold values; nothing to do where these are on the host
void upload_parameters(const model & m); // after values() have changed

// cos and sin of every position's angles, computed as ggml's rope does
ggml_tensor * rope_factors_of(const model & m); // null: none
struct rope_tables;
void fill_rope_tables(const model & m, int64_t positions, rope_tables & tables);

} // namespace train
