// A model's weights by role.
#pragma once
#include "ggml.h"
#include <string>
#include <vector>

namespace train {

// A weight matrix with what may belong to it: a bias, a LoRA adapter. y = W x + bias + lora_scale * B (A x); with a magnitude (DoRA) all
// but the bias is multiplied, output by output, by magnitude * inverse_norm
struct matrix {
    ggml_tensor * weight = nullptr;
    ggml_tensor * bias = nullptr;
    ggml_tensor * lora_a = nullptr;                            // [in, rank]
    ggml_tensor * lora_b = nullptr;                            // [rank, out]
    float lora_scale = 0.0f;                                   // alpha / rank
    ggml_tensor *magnitude = nullptr, *inverse_norm = nullptr; // [out]
};

// A matrix that an adapter can be put on: what the user calls it, and its tensor
struct target {
    std::string kind, tensor;
    matrix * at;
    bool rows = false;  // the matrix is read by rows (the embedding): A is [rank, rows], one column a token, and B [rank, width]
    bool asked = false; // only where it is asked for by name: embedding, head, router and experts
};

struct layer {
    ggml_tensor *attn_norm = nullptr, *ffn_norm = nullptr;           // before a block
    ggml_tensor *attn_post_norm = nullptr, *ffn_post_norm = nullptr; // after it
    ggml_tensor *q_norm = nullptr, *k_norm = nullptr;
    matrix qkv;                                                // one matrix for all three, or
    matrix q, k, v;                                            // three
    ggml_tensor * bias_parts[3] = {nullptr, nullptr, nullptr}; // of a fused qkv, where they are three
    matrix o, gate, up, down;                                  // where up holds the gate too, gate is empty
    matrix router, shared_gate, shared_up, shared_down;        // of a mixture of experts
    matrix gate_experts, up_experts, down_experts;             // [in, out, experts]
    matrix conv_in;                                            // of a short convolution; its out is o
    ggml_tensor * taps = nullptr;                              // [taps, width], F32; null: attention
};

struct weights {
    std::vector<layer> layers;
    ggml_tensor *token_embedding = nullptr, *output_norm = nullptr;
    ggml_tensor *rope_factors = nullptr, *long_factors = nullptr, *short_factors = nullptr;
    matrix input;                // the token embedding, for its adapter
    matrix output;               // the head; its weight is the token embedding where the file has none of its own
    std::vector<target> targets; // what can have an adapter, in the order of the layers
};

} // namespace train
