#include "model.h"
#include "../graph/attention.h"
#include "bad-input.h"
#include "roles.h"
#include <cmath>

namespace train {

static const char * const supported[] = {"llama", "qwen2", "qwen3"};

static double number(const gguf_context * file, const std::string & key, double fallback, bool required, const std::string & path) {
    const int64_t id = gguf_find_key(file, key.c_str());
    if (id < 0) {
        if (required)
            throw bad_input(path + ": the key " + key + " is missing, is this a complete model?");
        return fallback;
    }
    switch (gguf_get_kv_type(file, id)) {
    case GGUF_TYPE_UINT32:
        return gguf_get_val_u32(file, id);
    case GGUF_TYPE_INT32:
        return gguf_get_val_i32(file, id);
    case GGUF_TYPE_UINT64:
        return (double) gguf_get_val_u64(file, id);
    case GGUF_TYPE_FLOAT32:
        return gguf_get_val_f32(file, id);
    case GGUF_TYPE_FLOAT64:
        return gguf_get_val_f64(file, id);
    default:
        throw bad_input(path + ": the key " + key + " is not one number, such models cannot be trained");
    }
}

static std::string text(const gguf_context * file, const std::string & key) {
    const int64_t id = gguf_find_key(file, key.c_str());
    return id < 0 || gguf_get_kv_type(file, id) != GGUF_TYPE_STRING ? "" : gguf_get_val_str(file, id);
}

static hyperparameters read_hyperparameters(const gguf_context * file, const std::string & path) {
    hyperparameters h;
    h.architecture = text(file, "general.architecture");
    std::string known;
    bool found = false;
    for (const char * name : supported) {
        known += std::string(known.empty() ? "" : ", ") + name;
        found = found || h.architecture == name;
    }
    if (!found)
        throw bad_input(path + ": architecture \"" + h.architecture + "\" cannot be trained. Supported: " + known);
    const std::string a = h.architecture + ".";
    const auto need = [&](const char * key) { return number(file, a + key, 0, true, path); };
    const auto may = [&](const char * key, double fallback) { return number(file, a + key, fallback, false, path); };
    h.context = (int64_t) need("context_length");
    h.embedding = (int64_t) need("embedding_length");
    h.layers = (int64_t) need("block_count");
    h.feed_forward = (int64_t) need("feed_forward_length");
    h.heads = (int64_t) need("attention.head_count");
    h.kv_heads = (int64_t) may("attention.head_count_kv", (double) h.heads);
    h.head_size = (int64_t) may("attention.key_length", (double) (h.embedding / h.heads));
    h.rms_eps = (float) need("attention.layer_norm_rms_epsilon");
    h.rope_base = (float) may("rope.freq_base", 10000.0);
    h.rope_neox = h.architecture != "llama";
    h.attention_scale = (float) may("attention.scale", 0.0);
    if (h.attention_scale == 0.0f)
        h.attention_scale = 1.0f / sqrtf((float) h.head_size);
    const std::string scaling = text(file, a + "rope.scaling.type");
    if (!scaling.empty() && scaling != "none" && scaling != "linear") {
        throw bad_input(path + ": RoPE scaling \"" + scaling + "\" cannot be trained. Supported: none, linear");
    }
    const double factor = may("rope.scaling.factor", may("rope.scale_linear", 1.0));
    h.rope_scale = scaling == "none" || factor == 0.0 ? 1.0f : (float) (1.0 / factor); // libllama takes a missing type for linear
    if ((int64_t) may("rope.dimension_count", (double) h.head_size) != h.head_size ||
        (int64_t) may("attention.value_length", (double) h.head_size) != h.head_size) {
        throw bad_input(path + ": heads of unequal sizes (rope, key, value) cannot be trained");
    }
    if (h.heads <= 0 || h.kv_heads <= 0 || h.heads % h.kv_heads || may("expert_count", 0) > 0) {
        throw bad_input(path + ": mixture-of-experts or irregular heads cannot be trained");
    }
    return h;
}

void check_supported(const std::string & path) {
    ggml_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    const gguf_ptr file(gguf_init_from_file(path.c_str(), {/*no_alloc*/ true, nullptr}));
    if (file)
        read_hyperparameters(file.get(), path);
}

void add_parameter(model & m, const std::string & name, ggml_tensor * tensor, bool decays) {
    m.parameter_index[tensor] = (int) m.parameters.size();
    m.parameters.push_back({name, tensor, decays, {}});
}

void copy_parameters_to_host(model & m) {
    for (parameter & p : m.parameters) {
        if (ggml_backend_buffer_is_host(p.tensor->buffer))
            continue;
        p.copy.resize(p.size());
        ggml_backend_tensor_get(p.tensor, p.copy.data(), 0, ggml_nbytes(p.tensor));
    }
}

void upload_parameters(const model & m) {
    for (const parameter & p : m.parameters) {
        if (!p.copy.empty())
            ggml_backend_tensor_set(p.tensor, p.copy.data(), 0, ggml_nbytes(p.tensor));
    }
}

int64_t model::parameter_count() const {
    int64_t count = 0;
    for (const parameter & p : parameters)
        count += ggml_nelements(p.tensor);
    return count;
}

// Fills the model's tensors from its file, converting where their types differ
static void read_tensors(model & m) {
    std::vector<char> stored;
    std::vector<float> values;
    for (const weights_file::tensor & from : m.file->tensors) {
        ggml_tensor * t = m.tensors.at(from.name);
        m.file->read(from, stored);
        if (from.type == t->type) {
            ggml_backend_tensor_set(t, stored.data(), 0, stored.size());
            continue;
        }
        values.resize(ggml_nelements(t));
        to_f32(from.type, stored.data(), values.data(), ggml_nelements(t));
        ggml_backend_tensor_set(t, values.data(), 0, values.size() * sizeof(float));
    }
}

std::unique_ptr<model> read_model(const std::string & path, bool full, ggml_backend_buffer_type_t place) {
    auto m = std::make_unique<model>();
    m->path = path;
    m->file = std::make_unique<weights_file>(path);
    m->hyper = read_hyperparameters(m->file->keys.get(), path);

    m->context.reset(ggml_init({(m->file->tensors.size() + 1) * ggml_tensor_overhead(), nullptr, true}));
    for (const weights_file::tensor & stored : m->file->tensors) {
        const bool constant = stored.name == "rope_freqs.weight";
        ggml_tensor * t = ggml_new_tensor(m->context.get(), full ? GGML_TYPE_F32 : stored.type, GGML_MAX_DIMS, stored.ne);
        ggml_set_name(t, stored.name.c_str());
        m->tensors[stored.name] = t;
        if (full && !constant)
            add_parameter(*m, stored.name, t, ggml_n_dims(t) > 1);
    }
    m->buffer.reset(ggml_backend_alloc_ctx_tensors_from_buft(m->context.get(), place));
    if (!m->buffer)
        throw bad_input(path + ": not enough memory for the weights");
    read_tensors(*m);
    assign_roles(*m);
    copy_parameters_to_host(*m);
    return m;
}

void fill_rope_table(const model & m, int64_t positions, rope_table & table) {
    const hyperparameters & h = m.hyper;
    table.half = h.head_size / 2;
    table.neox = h.rope_neox;
    table.cosines.resize(positions * table.half);
    table.sines.resize(positions * table.half);
    std::vector<float> factors(table.half, 1.0f);
    if (m.rope_factors)
        ggml_backend_tensor_get(m.rope_factors, factors.data(), 0, table.half * sizeof(float));
    const float step = powf(h.rope_base, -2.0f / (float) h.head_size);
    for (int64_t p = 0; p < positions; p++) {
        float theta = (float) p; // multiplied up in float, as ggml_rope does
        for (int64_t i = 0; i < table.half; i++, theta *= step) {
            const float angle = h.rope_scale * (theta / factors[i]);
            table.cosines[p * table.half + i] = cosf(angle);
            table.sines[p * table.half + i] = sinf(angle);
        }
    }
}

} // namespace train
