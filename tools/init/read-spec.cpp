#include "read-spec.h"
#include "bad-input.h"
#include "json.h"
#include "nesting.h"
#include <fstream>

using json = common_json;

static tokenizer_spec read_tokenizer(const json & j) {
    tokenizer_spec t;
    t.from = j.value("from", "");
    if (!t.from.empty())
        return t;
    t.model = j.at("model").get<std::string>();
    if (t.model != "llama" && t.model != "gpt2")
        throw bad_input("tokenizer.model is \"" + t.model + "\". Known: llama, gpt2");
    t.tokens = j.at("tokens").get<std::vector<std::string>>();
    t.scores = j.value("scores", std::vector<float>());
    t.types = j.value("types", std::vector<int32_t>());
    t.merges = j.value("merges", std::vector<std::string>());
    t.pre = j.value("pre", "default");
    t.bos = j.value("bos", -1);
    t.eos = j.value("eos", -1);
    t.unk = j.value("unk", -1);
    t.add_bos = j.value("add_bos", false);
    t.add_space_prefix = j.value("add_space_prefix", false);
    const int64_t n = (int64_t) t.tokens.size();
    if (n == 0)
        throw bad_input("tokenizer.tokens is empty");
    if ((!t.scores.empty() && (int64_t) t.scores.size() != n) || (!t.types.empty() && (int64_t) t.types.size() != n)) {
        throw bad_input("tokenizer.scores and tokenizer.types need one entry for each of the " + std::to_string(n) + " tokens");
    }
    if (t.eos < 0 || t.eos >= n || t.bos >= n || t.unk >= n)
        throw bad_input("tokenizer.eos, bos and unk must be indices into tokens (eos is required)");
    return t;
}

static model_spec from_json(const json & j, const std::string & architecture) {
    model_spec s;
    s.architecture = architecture.empty() ? j.at("architecture").get<std::string>() : architecture;
    s.name = j.value("name", s.architecture);
    s.chat_template = j.value("chat_template", "");
    s.context_length = j.at("context_length").get<int64_t>();
    s.embedding_length = j.at("embedding_length").get<int64_t>();
    s.block_count = j.at("block_count").get<int64_t>();
    s.feed_forward_length = j.at("feed_forward_length").get<int64_t>();
    s.head_count = j.at("head_count").get<int64_t>();
    s.head_count_kv = j.value("head_count_kv", s.head_count);
    if (s.context_length <= 0 || s.embedding_length <= 0 || s.block_count <= 0 || s.feed_forward_length <= 0 || s.head_count <= 0 ||
        s.head_count_kv <= 0 || s.head_count % s.head_count_kv) {
        throw bad_input("sizes must be positive and head_count a multiple of head_count_kv");
    }
    s.head_dim = j.value("head_dim", s.embedding_length / s.head_count);
    if (s.head_dim <= 0 || s.head_dim % 2)
        throw bad_input("head_dim is " + std::to_string(s.head_dim) + ", it must be even");
    s.rms_eps = j.value("rms_eps", 1e-5);
    s.rope_freq_base = j.value("rope_freq_base", 10000.0);
    s.nope = j.value("nope", false);
    s.tied_embeddings = j.value("tied_embeddings", true);
    s.tokenizer = read_tokenizer(j.at("tokenizer"));
    if (j.contains("keys"))
        s.keys = j.at("keys");
    s.biases = j.value("biases", s.architecture == "qwen2");
    s.fused_qkv = j.value("fused_qkv", s.architecture == "phi3");
    s.rope_factors = j.value("rope_factors", std::vector<float>());
    s.long_factors = j.value("long_factors", std::vector<float>());
    s.short_factors = j.value("short_factors", std::vector<float>());
    if (j.contains("init")) {
        const json & scales = j.at("init");
        s.scales.embedding = scales.value("embedding", s.scales.embedding);
        s.scales.head = scales.value("head", s.scales.head);
        s.scales.matrix = scales.value("matrix", s.scales.matrix);
        s.scales.gain = scales.value("gain", s.scales.gain);
        s.scales.gain_deviation = scales.value("gain_deviation", s.scales.gain_deviation);
        s.scales.bias_deviation = scales.value("bias_deviation", s.scales.bias_deviation);
    }
    return s;
}

model_spec read_spec(const std::string & path, const std::string & architecture) {
    std::ifstream stream(path);
    if (!stream)
        throw bad_input(path + ": cannot be opened");
    try {
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (json_depth(text) > deepest_nesting)
            throw bad_input("nested deeper than " + std::to_string(deepest_nesting) + " levels");
        model_spec spec = from_json(json::parse(text), architecture);
        spec.path = path;
        return spec;
    } catch (const std::exception & e) {
        const std::string what = e.what();
        throw bad_input(path + ": " + what.substr(0, what.find('\n')));
    }
}
