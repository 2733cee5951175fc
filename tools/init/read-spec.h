// The JSON description of a model that llama-init makes.
#pragma once
#include "json.h"
#include <cstdint>
#include <string>
#include <vector>

struct tokenizer_spec {
    std::string from;  // copy the tokenizer of this GGUF; then nothing else here is read
    std::string model; // "llama" (SPM) or "gpt2" (byte-level BPE)
    std::vector<std::string> tokens;
    std::vector<float> scores; // default 0
    std::vector<int32_t>
        types; // GGUF token types; default by form: <0x..> byte, unk unknown, bos, eos and other special ones control, the rest normal
    std::vector<std::string> merges;
    std::string pre;
    int64_t bos = -1, eos = -1, unk = -1;
    bool add_bos = false, add_space_prefix = false;
};

// How weights are drawn: normal, unless 0. Not given (-1): see init-model.h.
struct scale_spec {
    double embedding = -1, head = -1; // deviations
    double matrix = 1;                // a factor on every other matrix's own deviation
    double gain = 1, gain_deviation = 0, bias_deviation = 0;
};

struct model_spec {
    std::string path, architecture, name, chat_template; // path: of the description, for messages
    int64_t context_length, embedding_length, block_count, feed_forward_length, head_count, head_count_kv, head_dim;
    double rms_eps, rope_freq_base;
    bool nope, tied_embeddings; // nope: no positions (linear RoPE scaling by 1e9 makes every rotation vanish)
    tokenizer_spec tokenizer;
    common_json keys; // more keys of the architecture, without its prefix: {"attention.sliding_window": 8}
    scale_spec scales;
    bool biases = false, fused_qkv = false; // tensors that the family may have and need not
    std::vector<float> rope_factors, long_factors, short_factors;
};

// Throws bad_input with the file and the key that is wrong.
// architecture: instead of the description's, where given.
model_spec read_spec(const std::string & path, const std::string & architecture);
