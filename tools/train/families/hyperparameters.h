// What a model's graph is made of: sizes, and the options in which the families differ. Read from a GGUF's keys (see family.h).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace train {

// Rotary positions, as ggml_rope_ext takes them. extrapolation 1: YaRN, which mixes scaled and unscaled angles by frequency.
struct rope_options {
    float base = 10000.0f, scale = 1.0f, extrapolation = 0.0f, magnitude = 1.0f, beta_fast = 32.0f, beta_slow = 1.0f;
    int64_t original_context = 0;
};

enum class activation { silu, gelu }; // gelu: its tanh form
enum class query_norm { none, head, full };
enum class head_weight { own_or_tied, own, tied };

struct layer_attention {
    int64_t window = 0; // a query sees itself and the window - 1 tokens before it; 0: all before it
    bool rotates = true;
    int rope = 0;           // which of hyperparameters::ropes
    bool convolves = false; // a short convolution in place of attention
};

struct hyperparameters {
    std::string architecture;
    int64_t context = 0, vocabulary = 0, embedding = 0, layers = 0, feed_forward = 0, heads = 0, kv_heads = 0, head_size = 0;
    int64_t rope_size = 0; // leading values of a head that are rotated
    float rms_eps = 1e-5f;
    bool rope_neox = true; // pairs (i, i + half), else (2i, 2i + 1)
    rope_options ropes[2]; // of layers that see everything; of layers with a window
    std::vector<layer_attention> attention;

    float attention_scale = 1.0f, attention_cap = 0.0f; // cap: scores become cap * tanh(scores / cap)
    float temperature_scale = 0.0f;                     // queries at position p count 1 + scale * log(1 + floor(p / floor_context))
    int64_t temperature_floor = 0;
    float embedding_scale = 1.0f, residual_scale = 1.0f; // of embeddings; of what a block adds to the residual stream
    float logit_scale = 1.0f, logit_cap = 0.0f;          // logits become cap * tanh(scale * logits / cap)
    activation act = activation::silu;
    bool norm_before = true, norm_after = false; // of a block's input; of its output before it is added
    query_norm qk_norm = query_norm::none;

    // Mixture of experts: of each layer's experts the router's best `experts_used` see a token. 0: none, one feed-forward block
    int64_t experts = 0, experts_used = 0, expert_feed_forward = 0, shared_feed_forward = 0; // shared: an expert that sees every token

    int64_t taps = 0; // of a short convolution: the tokens it sees

    bool heads_fill_width = false; // libllama takes the model's width for the queries' in this family

    std::vector<std::string> unread; // keys of the architecture that nothing here reads: libllama does not either, as far as is known

    // Which tensors a file may have
    head_weight head = head_weight::own_or_tied;
    const char * output_norm = "output_norm";
    bool gate_in_up = false; // ffn_up holds gate and up, one after the other
    bool output_bias = false, ffn_bias = false, head_bias = false, qk_biases = true;
    bool rope_factors = false;   // rope_freqs.weight
    bool long_factors = false;   // rope_factors_long.weight and rope_factors_short.weight
    int64_t serving_context = 0; // of one sequence; decides between long and short. libllama rounds a context up to a multiple of 256
    bool uses_long() const { return (serving_context + 255) / 256 * 256 > ropes[0].original_context; }
};

} // namespace train
