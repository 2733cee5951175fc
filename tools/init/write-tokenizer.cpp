#include "write-tokenizer.h"
#include "bad-input.h"
#include <cstring>
#include <memory>

enum token_type { normal = 1, unknown = 2, control = 3, byte = 6 }; // llama.h, LLAMA_TOKEN_TYPE_*

static int32_t type_by_form(const tokenizer_spec & t, int64_t id) {
    const std::string & text = t.tokens[id];
    if (id == t.unk)
        return unknown;
    if (id == t.bos || id == t.eos)
        return control;
    if (text.size() == 6 && text.compare(0, 3, "<0x") == 0 && text.back() == '>')
        return byte;
    if (text.size() > 4 && text.compare(0, 2, "<|") == 0 && text.compare(text.size() - 2, 2, "|>") == 0)
        return control;
    return normal;
}

static int64_t copy_tokenizer(gguf_context * file, const std::string & from) {
    std::unique_ptr<gguf_context, void (*)(gguf_context *)> other(gguf_init_from_file(from.c_str(), {true, nullptr}), gguf_free);
    if (!other)
        throw bad_input(from + ": cannot be read as GGUF, tokenizer.from must name a model");
    std::unique_ptr<gguf_context, void (*)(gguf_context *)> kept(gguf_init_empty(), gguf_free);
    gguf_set_kv(kept.get(), other.get());
    for (int64_t i = gguf_get_n_kv(kept.get()); i-- > 0;) {
        const std::string key = gguf_get_key(kept.get(), i);
        if (key.compare(0, 10, "tokenizer.") != 0)
            gguf_remove_key(kept.get(), key.c_str());
    }
    gguf_set_kv(file, kept.get());
    return (int64_t) gguf_get_arr_n(file, gguf_find_key(file, "tokenizer.ggml.tokens"));
}

static void set_strings(gguf_context * file, const char * key, const std::vector<std::string> & texts) {
    std::vector<const char *> pointers;
    for (const std::string & text : texts)
        pointers.push_back(text.c_str());
    gguf_set_arr_str(file, key, pointers.data(), pointers.size());
}

int64_t write_tokenizer(gguf_context * file, const model_spec & spec) {
    const tokenizer_spec & t = spec.tokenizer;
    int64_t n = (int64_t) t.tokens.size();
    if (!t.from.empty()) {
        n = copy_tokenizer(file, t.from);
    } else {
        std::vector<float> scores = t.scores.empty() ? std::vector<float>(n, 0.0f) : t.scores;
        std::vector<int32_t> types = t.types;
        for (int64_t i = 0; types.size() < (size_t) n; i++)
            types.push_back(type_by_form(t, i));
        gguf_set_val_str(file, "tokenizer.ggml.model", t.model.c_str());
        gguf_set_val_str(file, "tokenizer.ggml.pre", t.pre.c_str());
        set_strings(file, "tokenizer.ggml.tokens", t.tokens);
        gguf_set_arr_data(file, "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, scores.data(), n);
        gguf_set_arr_data(file, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, types.data(), n);
        if (t.model == "gpt2")
            set_strings(file, "tokenizer.ggml.merges", t.merges);
        if (t.bos >= 0)
            gguf_set_val_u32(file, "tokenizer.ggml.bos_token_id", (uint32_t) t.bos);
        gguf_set_val_u32(file, "tokenizer.ggml.eos_token_id", (uint32_t) t.eos);
        if (t.unk >= 0)
            gguf_set_val_u32(file, "tokenizer.ggml.unknown_token_id", (uint32_t) t.unk);
        gguf_set_val_bool(file, "tokenizer.ggml.add_bos_token", t.add_bos);
        gguf_set_val_bool(file, "tokenizer.ggml.add_space_prefix", t.add_space_prefix);
    }
    if (!spec.chat_template.empty())
        gguf_set_val_str(file, "tokenizer.chat_template", spec.chat_template.c_str());
    return n;
}
