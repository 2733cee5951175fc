// The JSON description of a model that llama-init makes.
#pragma once
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

struct model_spec {
    std::string architecture, name, chat_template;
    int64_t context_length, embedding_length, block_count, feed_forward_length, head_count, head_count_kv, head_dim;
    double rms_eps, rope_freq_base;
    bool nope, tied_embeddings; // nope: no positions (linear RoPE scaling by 1e9 makes every rotation vanish)
    tokenizer_spec tokenizer;
};

// Throws bad_input with the file and the key that is wrong.
model_spec read_spec(const std::string & path);
