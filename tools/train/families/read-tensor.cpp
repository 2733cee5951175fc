#include "read-tensor.h"
#include "bad-input.h"
#include <cstdio>
#include <cstring>

namespace train {

void to_f32(ggml_type type, const void * stored, float * values, int64_t n) {
    if (type == GGML_TYPE_F32)
        memcpy(values, stored, n * sizeof(float));
    else
        ggml_get_type_traits(type)->to_float(stored, values, n);
}

void read_tensors(model & m) {
    const gguf_context * file = m.file.get();
    std::unique_ptr<FILE, int (*)(FILE *)> stream(fopen(m.path.c_str(), "rb"), fclose);
    if (!stream)
        throw bad_input(m.path + ": cannot be opened");
    std::vector<char> stored;
    std::vector<float> values;
    for (int64_t i = 0; i < gguf_get_n_tensors(file); i++) {
        const char * name = gguf_get_tensor_name(file, i);
        ggml_tensor * t = m.tensors.at(name);
        const ggml_type type = gguf_get_tensor_type(file, i);
        stored.resize(gguf_get_tensor_size(file, i));
        const size_t at = gguf_get_data_offset(file) + gguf_get_tensor_offset(file, i);
        if (fseeko(stream.get(), (off_t) at, SEEK_SET) != 0 || fread(stored.data(), 1, stored.size(), stream.get()) != stored.size()) {
            throw bad_input(m.path + ": tensor " + name + " is cut short, fetch the file again");
        }
        if (type == t->type) {
            ggml_backend_tensor_set(t, stored.data(), 0, stored.size());
            continue;
        }
        values.resize(ggml_nelements(t));
        to_f32(type, stored.data(), values.data(), ggml_nelements(t));
        ggml_backend_tensor_set(t, values.data(), 0, values.size() * sizeof(float));
    }
}

} // namespace train
