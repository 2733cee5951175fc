#include "init-model.h"
#include "../train/data/random.h"
#include "../train/families/describe-tensors.h"
#include "../train/families/family.h"
#include "../train/families/model.h"
#include "../train/save/gguf-file.h"
#include "bad-input.h"
#include "llama.h"
#include "write-tokenizer.h"
#include <algorithm>
#include <cmath>
#include <cstring>

using namespace train;

namespace {

struct writer {
    gguf_context * file;
    ggml_context * shapes;
    ggml_type type;
    random_stream random;
    std::vector<std::vector<char>> held;

    ggml_tensor * add(const wanted_tensor & wanted, ggml_type stored, const std::vector<float> & values) {
        const int64_t ne[] = {wanted.ne0, wanted.ne1, wanted.ne2};
        ggml_tensor * t = ggml_new_tensor(shapes, stored, wanted.ne2 > 1 ? 3 : wanted.ne1 > 1 ? 2 : 1, ne);
        ggml_set_name(t, wanted.name.c_str());
        std::vector<char> data(ggml_nbytes(t));
        ggml_quantize_chunk(stored, values.data(), data.data(), 0, wanted.ne1 * wanted.ne2, wanted.ne0, nullptr);
        held.push_back(std::move(data));
        gguf_add_tensor(file, t);
        gguf_set_tensor_data(file, wanted.name.c_str(), held.back().data());
        return t;
    }

    ggml_tensor * matrix(const wanted_tensor & wanted, double deviation) {
        return add(wanted, storable_type(type, wanted.ne0), random_values(wanted, deviation));
    }

    std::vector<float> random_values(const wanted_tensor & wanted, double deviation) {
        std::vector<float> values(wanted.ne0 * wanted.ne1 * wanted.ne2);
        for (float & v : values)
            v = (float) (deviation * random.normal());
        return values;
    }

    ggml_tensor * vector(const wanted_tensor & wanted, double value, double deviation) {
        std::vector<float> values(wanted.ne0, (float) value);
        for (float & v : values)
            v += deviation > 0 ? (float) (deviation * random.normal()) : 0.0f;
        return add(wanted, GGML_TYPE_F32, values);
    }

    ggml_tensor * factors(const wanted_tensor & wanted, const std::vector<float> & values) {
        if (values.empty())
            return nullptr;
        if ((int64_t) values.size() != wanted.ne0)
            throw bad_input(wanted.name + " needs " + std::to_string(wanted.ne0) + " factors, " + std::to_string(values.size()) +
                            " are given");
        return add(wanted, GGML_TYPE_F32, values);
    }
};

// Keys that libllama reads as floats, whatever form the number has in JSON
bool is_float(const std::string & key) {
    for (const char * word : {"scale", "factor", "softcapping", "epsilon", "freq_base", "beta", "multiplier"})
        if (key.find(word) != std::string::npos)
            return true;
    return false;
}

void set_key(gguf_context * file, const std::string & name, const common_json & value) {
    const char * key = name.c_str();
    if (value.is_string()) {
        gguf_set_val_str(file, key, value.get<std::string>().c_str());
    } else if (value.is_boolean()) {
        gguf_set_val_bool(file, key, value.get<bool>());
    } else if (value.is_array()) {
        const std::vector<int32_t> all = value.get<std::vector<int32_t>>();
        gguf_set_arr_data(file, key, GGUF_TYPE_INT32, all.data(), all.size());
    } else if (value.is_number_float() || is_float(name)) {
        gguf_set_val_f32(file, key, value.get<float>());
    } else {
        gguf_set_val_u32(file, key, value.get<uint32_t>());
    }
}

void write_hyperparameters(gguf_context * file, const model_spec & s) {
    const std::string a = s.architecture + ".";
    gguf_set_val_str(file, "general.architecture", s.architecture.c_str());
    gguf_set_val_str(file, "general.name", s.name.c_str());
    const auto integer = [&](const char * key, int64_t value) { gguf_set_val_u32(file, (a + key).c_str(), (uint32_t) value); };
    integer("context_length", s.context_length);
    integer("embedding_length", s.embedding_length);
    integer("block_count", s.block_count);
    integer("feed_forward_length", s.feed_forward_length);
    integer("attention.head_count", s.head_count);
    integer("attention.head_count_kv", s.head_count_kv);
    integer("attention.key_length", s.head_dim);
    integer("attention.value_length", s.head_dim);
    integer("rope.dimension_count", s.head_dim);
    gguf_set_val_f32(file, (a + "attention.layer_norm_rms_epsilon").c_str(), (float) s.rms_eps);
    gguf_set_val_f32(file, (a + "rope.freq_base").c_str(), (float) s.rope_freq_base);
    if (s.nope) {
        gguf_set_val_str(file, (a + "rope.scaling.type").c_str(), "linear");
        gguf_set_val_f32(file, (a + "rope.scaling.factor").c_str(), 1e9f);
    }
    if (s.architecture == "granite" || s.architecture == "granitemoe")
        gguf_set_val_f32(file, (a + "logit_scale").c_str(), 1.0f); // the one multiplier that libllama wants to see
    if (s.keys.is_object())
        for (const auto & [key, value] : s.keys.items())
            set_key(file, a + key, value);
}

} // namespace

// The tensors in order, dealt out in equal numbers; the keys lie in the first file
static void write_parts(const gguf_context * whole, ggml_context * shapes, const writer & w, const std::string & out, int32_t parts) {
    std::vector<char> prefix(out.size() + 1), name(out.size() + 32);
    if (llama_split_prefix(prefix.data(), prefix.size(), out.c_str(), 0, parts) <= 0)
        throw bad_input(out + ": the first of " + std::to_string(parts) + " parts must be named like NAME-00001-of-0000" +
                        std::to_string(parts) + ".gguf");
    const int64_t count = gguf_get_n_tensors(whole), each = (count + parts - 1) / parts;
    for (int32_t part = 0; part < parts; part++) {
        gguf_context_ptr file(gguf_init_empty());
        if (part == 0)
            gguf_set_kv(file.get(), whole);
        gguf_set_val_u16(file.get(), "split.no", (uint16_t) part);
        gguf_set_val_u16(file.get(), "split.count", (uint16_t) parts);
        gguf_set_val_i32(file.get(), "split.tensors.count", (int32_t) count);
        for (int64_t i = part * each; i < std::min(count, (part + 1) * each); i++) {
            const char * tensor = gguf_get_tensor_name(whole, i);
            gguf_add_tensor(file.get(), ggml_get_tensor(shapes, tensor));
            gguf_set_tensor_data(file.get(), tensor, w.held[i].data());
        }
        llama_split_path(name.data(), name.size(), prefix.data(), part, parts);
        write_gguf(file.get(), name.data());
    }
}

void init_model(const model_spec & s, uint64_t seed, const std::string & type, const std::string & out, int32_t parts) {
    gguf_context_ptr file(gguf_init_empty());
    write_hyperparameters(file.get(), s);
    hyperparameters h = read_hyperparameters(file.get(), s.path, 0); // refuses what the trainer would refuse
    h.vocabulary = write_tokenizer(file.get(), s);

    ggml_context_ptr shapes(ggml_init({(size_t) (s.block_count * 24 + 8) * ggml_tensor_overhead(), nullptr, true}));
    writer w{file.get(), shapes.get(), type_by_name(type), random_stream(seed), {}};
    const bool tied = h.head == head_weight::tied || (s.tied_embeddings && h.head != head_weight::own);
    const auto source = [&](const wanted_tensor & t) -> ggml_tensor * {
        const auto starts = [&](const char * name) { return t.name.compare(0, strlen(name), name) == 0; };
        switch (t.kind) {
        case part::embedding:
            return w.matrix(t, s.scales.embedding >= 0 ? s.scales.embedding : tied ? 1.0 / std::sqrt((double) t.ne0) : 1.0);
        case part::head:
            return tied ? nullptr : w.matrix(t, s.scales.head >= 0 ? s.scales.head : 1.0 / std::sqrt(3.0 * (double) t.ne0));
        case part::matrix:
            if (!t.required && !s.fused_qkv)
                return nullptr;
            return w.matrix(t, s.scales.matrix / std::sqrt(3.0 * (double) t.ne0));
        case part::taps:
            return w.add(t, GGML_TYPE_F32, w.random_values(t, s.scales.matrix / std::sqrt(3.0 * (double) t.ne0)));
        case part::gain:
            return w.vector(t, s.scales.gain, s.scales.gain_deviation);
        case part::bias:
            // qwen2 has had its three from the start, and no others
            return s.biases && (s.architecture != "qwen2" || !starts("output")) ? w.vector(t, 0.0, s.scales.bias_deviation) : nullptr;
        default:
            return w.factors(t, starts("rope_freqs") ? s.rope_factors : starts("rope_factors_long") ? s.long_factors : s.short_factors);
        }
    };
    weights roles;
    describe_tensors(h, source, roles);
    if (parts > 1)
        write_parts(file.get(), shapes.get(), w, out, parts);
    else
        write_gguf(file.get(), out);
}
