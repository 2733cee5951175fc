#include "save-model.h"
#include "../adapters/dora.h"
#include "gguf-file.h"
#include "reload.h"
#include <vector>

namespace train {

// Adds a tensor in the given type; `held` owns what is converted until the file is written.
static void add_tensor(const model & m, gguf_context * file, ggml_context * shapes, std::vector<std::vector<char>> & held,
                       const std::string & name, const ggml_tensor * source, ggml_type type) {
    ggml_tensor * t = ggml_new_tensor(shapes, type, GGML_MAX_DIMS, source->ne);
    ggml_set_name(t, name.c_str());
    gguf_add_tensor(file, t);
    const std::vector<float> merged = merged_weight(m, source);
    if (merged.empty() && source->type == type && ggml_backend_buffer_is_host(source->buffer)) {
        gguf_set_tensor_data(file, name.c_str(), source->data);
        return;
    }
    std::vector<char> data(ggml_nbytes(source));
    ggml_backend_tensor_get(source, data.data(), 0, data.size());
    std::vector<float> floats = merged;
    if (merged.empty() && source->type != type) {
        floats.resize((size_t) ggml_nelements(source));
        to_f32(source->type, data.data(), floats.data(), ggml_nelements(source));
    }
    if (!floats.empty()) {
        std::vector<char> converted(ggml_nbytes(t));
        ggml_quantize_chunk(type, floats.data(), converted.data(), 0, ggml_nrows(source), source->ne[0], nullptr);
        data.swap(converted);
    }
    held.push_back(std::move(data));
    gguf_set_tensor_data(file, name.c_str(), held.back().data());
}

void save_model(const model & m, const std::string & path, const std::string & type) {
    gguf_context_ptr file(gguf_init_empty());
    ggml_context_ptr shapes(ggml_init({(m.tensors.size() + m.parameters.size() + 1) * ggml_tensor_overhead(), nullptr, true}));
    std::vector<std::vector<char>> held;
    gguf_set_kv(file.get(), m.file->keys.get());
    if (!type.empty()) {
        gguf_remove_key(file.get(), "general.file_type"); // it described the base
        gguf_set_val_u32(file.get(), "general.quantization_version", GGML_QNT_VERSION);
    }
    for (const weights_file::tensor & base : m.file->tensors) { // in the order of the base
        const ggml_tensor * t = m.tensors.at(base.name);
        ggml_type stored = base.type;
        if (!type.empty() && ggml_n_dims(t) > 1 && base.name.find("shortconv.conv") == std::string::npos) // ggml convolves with F32 alone
            stored = storable_type(type_by_name(type), t->ne[0]);
        add_tensor(m, file.get(), shapes.get(), held, base.name, t, stored);
    }
    write_gguf(file.get(), path, [](const std::string & written) { reload(written, ""); });
}

} // namespace train
