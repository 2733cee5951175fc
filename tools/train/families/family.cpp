#include "family.h"
#include "bad-input.h"
#include <algorithm>
#include <cmath>

namespace train {

static std::vector<family> & all() {
    static std::vector<family> list; // filled before main, by the families' files
    return list;
}

registered::registered(const char * architecture, void (*read)(keys &, hyperparameters &)) {
    all().push_back({architecture, read});
}

std::string known_architectures() {
    std::vector<std::string> names;
    for (const family & f : all())
        names.push_back(f.architecture);
    std::sort(names.begin(), names.end());
    std::string text;
    for (const std::string & name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

void set_windows(hyperparameters & h, int64_t window, const std::vector<uint8_t> & windowed) {
    for (int64_t i = 0; i < h.layers; i++) {
        if (!windowed[i])
            continue;
        h.attention[i].window = window;
        h.attention[i].rope = 1;
    }
}

void read_experts(keys & k, hyperparameters & h) {
    h.experts = (int64_t) k.need("expert_count");
    h.experts_used = (int64_t) k.need("expert_used_count");
    if (h.experts < 1 || h.experts > 4096 || h.experts_used < 1 || h.experts_used > h.experts)
        throw bad_input(k.path + ": " + std::to_string(h.experts_used) + " of " + std::to_string(h.experts) +
                        " experts cannot be used, is the file damaged?");
}

// Of LFM2 one number a layer, 0 for those of a short convolution
static int64_t kv_heads_of(keys & k, const hyperparameters & h) {
    if (k.architecture != "lfm2" || h.layers < 1 || h.layers > 4096)
        return (int64_t) k.may("attention.head_count_kv", (double) h.heads);
    const std::vector<double> each = k.each("attention.head_count_kv", h.layers, (double) h.heads);
    const double most = *std::max_element(each.begin(), each.end());
    for (double heads : each)
        if (heads != 0 && heads != most)
            throw bad_input(k.path + ": the key lfm2.attention.head_count_kv differs between layers, such models cannot be trained");
    return (int64_t) most;
}

static void read_sizes(keys & k, hyperparameters & h) {
    h.context = (int64_t) k.need("context_length");
    h.embedding = (int64_t) k.need("embedding_length");
    h.layers = (int64_t) k.need("block_count");
    h.feed_forward = (int64_t) k.need("feed_forward_length");
    h.heads = (int64_t) k.need("attention.head_count");
    h.kv_heads = kv_heads_of(k, h);
    h.rms_eps = (float) k.need("attention.layer_norm_rms_epsilon");
    for (const auto & [value, name] : {std::pair{h.context, "context_length"},
                                       {h.embedding, "embedding_length"},
                                       {h.layers, "block_count"},
                                       {h.feed_forward, "feed_forward_length"},
                                       {h.heads, "attention.head_count"}})
        if (value <= 0 || value > (int64_t) 1 << 31)
            throw bad_input(k.path + ": the key " + k.architecture + "." + name + " is " + std::to_string(value) +
                            ", is the file damaged?");
    if (h.kv_heads <= 0 || h.heads % h.kv_heads)
        throw bad_input(k.path + ": " + std::to_string(h.heads) + " heads on " + std::to_string(h.kv_heads) +
                        " key/value heads cannot be trained");
    h.head_size = (int64_t) k.may("attention.key_length", (double) (h.embedding / h.heads));
    h.rope_size = (int64_t) k.may("rope.dimension_count", (double) h.head_size);
    if (h.head_size <= 0 || (int64_t) k.may("attention.value_length", (double) h.head_size) != h.head_size)
        throw bad_input(k.path + ": keys and values of unequal sizes cannot be trained");
    if (h.rope_size <= 0 || h.rope_size > h.head_size || h.rope_size % 2)
        throw bad_input(k.path + ": a rotation of " + std::to_string(h.rope_size) + " of " + std::to_string(h.head_size) +
                        " values a head cannot be trained");
    h.attention.resize((size_t) h.layers);
    h.attention_scale = 1.0f / sqrtf((float) h.head_size);
}

// As libllama's context sets them up when nothing is overridden
static void read_rope(keys & k, hyperparameters & h) {
    rope_options & r = h.ropes[0];
    r.base = (float) k.may("rope.freq_base", 10000.0);
    r.original_context = (int64_t) k.may("rope.scaling.original_context_length", (double) h.context);
    const std::string type = k.text("rope.scaling.type", "linear"); // libllama takes a missing type for linear
    if (type != "none" && type != "linear" && type != "yarn" && type != "longrope")
        throw bad_input(k.path + ": RoPE scaling \"" + type + "\" cannot be trained. Known: none, linear, yarn, longrope");
    const double factor = k.may("rope.scaling.factor", k.may("rope.scale_linear", 0.0));
    const float scale = factor == 0.0 ? 1.0f : (float) (1.0 / factor);
    r.scale = type == "none" ? 1.0f : scale;
    r.magnitude = (float) k.may("rope.scaling.attn_factor", 1.0);
    r.extrapolation = type == "yarn" ? 1.0f : 0.0f;
    h.long_factors = type == "longrope";
    h.ropes[1] = r;
    h.ropes[1].scale = scale; // what windows have where a family says nothing else
}

// YaRN's magnitude is undone by libllama and set anew; see llama_context's constructor
static void finish_yarn(keys & k, hyperparameters & h) {
    rope_options & r = h.ropes[0];
    if (r.extrapolation == 0.0f)
        return;
    const float factor = 1.0f / r.scale,
                multiplier = (float) (h.architecture == "mistral3" ? k.may("rope.scaling.yarn_log_multiplier", 0.0) : 0.0);
    const auto magnitude = [&](float m) { return factor <= 1.0f ? 1.0f : 0.1f * m * logf(factor) + 1.0f; };
    const float wanted = multiplier != 0.0f ? magnitude(1.0f) / magnitude(multiplier) : magnitude(1.0f);
    const float by_yarn = 1.0f + 0.1f * logf(factor);
    r.magnitude *= wanted / by_yarn;
    if (h.ropes[1].extrapolation != 0.0f)
        h.ropes[1].magnitude *= wanted / by_yarn;
}

// What libllama's common loader reads and only some architectures use
static void refuse_others(keys & k, const hyperparameters & h) {
    k.only("attention.causal", 1);
    for (const char * name : {"expert_count", "expert_used_count"})
        if (h.experts == 0)
            k.only(name, 0);
    for (const char * name : {"expert_group_count", "expert_group_used_count", "nextn_predict_layers"})
        k.only(name, 0);
    k.only("embedding_length_out", (double) h.embedding);
    k.only("attention.key_length_swa", (double) h.head_size);
    k.only("attention.value_length_swa", (double) h.head_size);
    k.only("rope.dimension_count_swa", (double) h.rope_size);
}

hyperparameters read_hyperparameters(const gguf_context * file, const std::string & path, int64_t serving_context) {
    keys k(file, path);
    const family * found = nullptr;
    for (const family & f : all())
        if (k.architecture == f.architecture)
            found = &f;
    if (!found)
        throw bad_input(path + ": architecture \"" + k.architecture + "\" cannot be trained. Supported: " + known_architectures());
    hyperparameters h;
    h.architecture = k.architecture;
    read_sizes(k, h);
    read_rope(k, h);
    found->read(k, h);
    finish_yarn(k, h);
    refuse_others(k, h);
    h.unread = k.unread();
    h.serving_context = serving_context > 0 ? serving_context : h.context;
    if (h.heads_fill_width && h.heads * h.head_size != h.embedding)
        throw bad_input(path + ": " + std::to_string(h.heads) + " heads of " + std::to_string(h.head_size) +
                        " values must fill the width of " + std::to_string(h.embedding) + " in architecture " + h.architecture);
    if (h.rope_size != h.head_size && h.architecture != "phi3" && h.architecture != "gemma2" && h.architecture != "gemma3")
        throw bad_input(path + ": the key " + h.architecture + ".rope.dimension_count must be the head's size for this architecture");
    return h;
}

} // namespace train
