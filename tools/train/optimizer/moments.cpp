#include "moments.h"
#include "../save/gguf-file.h"
#include "bad-input.h"
#include <cstring>

namespace train {

static const char * const kind = "whetstone-moments";

void write_moments(const std::string & path, const model & m, const optimizer & adam, int64_t steps) {
    gguf_context_ptr file(gguf_init_empty());
    gguf_set_val_str(file.get(), "general.type", kind);
    gguf_set_val_str(file.get(), "general.architecture", m.hyper.architecture.c_str());
    gguf_set_val_i64(file.get(), "steps", adam.age + steps);
    ggml_context_ptr shapes(ggml_init({(m.parameters.size() * 2 + 1) * ggml_tensor_overhead(), nullptr, true}));
    for (size_t i = 0; i < m.parameters.size(); i++) {
        const auto add = [&](const char * part, const std::vector<float> & values) {
            const std::string name = m.parameters[i].name + part;
            ggml_tensor * t = ggml_new_tensor_1d(shapes.get(), GGML_TYPE_F32, (int64_t) values.size());
            ggml_set_name(t, name.c_str());
            gguf_add_tensor(file.get(), t);
            gguf_set_tensor_data(file.get(), name.c_str(), values.data());
        };
        add(".m", adam.states[i].first);
        add(".v", adam.states[i].second);
    }
    write_gguf(file.get(), path);
}

void read_moments(const std::string & path, const model & m, optimizer & adam) {
    ggml_context * data = nullptr;
    gguf_context_ptr file(gguf_init_from_file(path.c_str(), {/*no_alloc*/ false, &data}));
    ggml_context_ptr owner(data);
    const int64_t type = file ? gguf_find_key(file.get(), "general.type") : -1, steps = file ? gguf_find_key(file.get(), "steps") : -1;
    if (type < 0 || steps < 0 || gguf_get_kv_type(file.get(), type) != GGUF_TYPE_STRING ||
        strcmp(gguf_get_val_str(file.get(), type), kind) != 0)
        throw bad_input(path + ": holds no optimizer state, name a file that --optimizer-out wrote");
    if (gguf_get_n_tensors(file.get()) != 2 * (int64_t) m.parameters.size())
        throw bad_input(path + ": is the optimizer state of other weights (" + std::to_string(gguf_get_n_tensors(file.get()) / 2) +
                        " tensors, this run trains " + std::to_string(m.parameters.size()) + ")");
    for (size_t i = 0; i < m.parameters.size(); i++) {
        const auto read = [&](const char * part, std::vector<float> & values) {
            const std::string name = m.parameters[i].name + part;
            const ggml_tensor * t = ggml_get_tensor(data, name.c_str());
            if (!t || t->type != GGML_TYPE_F32 || ggml_nelements(t) != (int64_t) values.size())
                throw bad_input(path + ": is the optimizer state of other weights (" + m.parameters[i].name + ")");
            memcpy(values.data(), t->data, ggml_nbytes(t));
        };
        read(".m", adam.states[i].first);
        read(".v", adam.states[i].second);
    }
    adam.age = gguf_get_val_i64(file.get(), steps);
}

} // namespace train
