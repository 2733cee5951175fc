#include "weights-file.h"
#include "bad-input.h"
#include "check-gguf.h"
#include "llama.h"
#include <cstring>
#include <sys/stat.h>

namespace train {

static const char *const number_key = "split.no", *const count_key = "split.count";

void to_f32(ggml_type type, const void * stored, float * values, int64_t n) {
    if (type == GGML_TYPE_F32)
        memcpy(values, stored, n * sizeof(float));
    else
        ggml_get_type_traits(type)->to_float(stored, values, n);
}

std::string text_of(const gguf_context * file, const char * key) {
    const int64_t id = gguf_find_key(file, key);
    return id < 0 || gguf_get_kv_type(file, id) != GGUF_TYPE_STRING ? "" : gguf_get_val_str(file, id);
}

static int64_t short_of(const gguf_context * file, const char * key, int64_t fallback) {
    const int64_t id = gguf_find_key(file, key);
    return id < 0 || gguf_get_kv_type(file, id) != GGUF_TYPE_UINT16 ? fallback : gguf_get_val_u16(file, id);
}

void weights_file::open(const std::string & name, int64_t number, int64_t count) {
    struct free_context {
        void operator()(ggml_context * p) const { ggml_free(p); }
    };
    ggml_context * shapes = nullptr;
    gguf_context_ptr file(gguf_init_from_file(name.c_str(), {/*no_alloc*/ true, &shapes}));
    const std::unique_ptr<ggml_context, free_context> owner(shapes);
    if (!file)
        throw bad_input(name + ": cannot be read as GGUF, check the path and that the file is complete" +
                        (count > 1 ? " (part " + std::to_string(number + 1) + " of " + std::to_string(count) + ")" : ""));
    if (short_of(file.get(), number_key, 0) != number || short_of(file.get(), count_key, 1) != count)
        throw bad_input(number == 0 ? name + ": is a later part of a split model, name its first part"
                                    : name + ": is not part " + std::to_string(number + 1) + " of " + std::to_string(count) +
                                          ", fetch the parts of one model again");
    streams.emplace_back(fopen(name.c_str(), "rb"));
    struct stat info;
    if (!streams.back() || fstat(fileno(streams.back().get()), &info) != 0)
        throw bad_input(name + ": cannot be opened");
    names.push_back(name);
    for (int64_t i = 0; i < gguf_get_n_tensors(file.get()); i++) {
        tensor t;
        t.name = gguf_get_tensor_name(file.get(), i);
        t.type = gguf_get_tensor_type(file.get(), i);
        memcpy(t.ne, ggml_get_tensor(shapes, t.name.c_str())->ne, sizeof(t.ne));
        t.file = streams.size() - 1;
        t.offset = gguf_get_data_offset(file.get()) + gguf_get_tensor_offset(file.get(), i);
        t.size = gguf_get_tensor_size(file.get(), i);
        if (t.offset + t.size > (size_t) info.st_size)
            throw bad_input(name + ": tensor " + t.name + " is cut short, fetch the file again");
        if (!index.emplace(t.name, tensors.size()).second)
            throw bad_input(name + ": tensor " + t.name + " lies in two parts, fetch the parts of one model again");
        tensors.push_back(t);
    }
    if (!keys)
        keys = std::move(file);
}

static std::string part_of(const std::string & first, int64_t number, int64_t count) {
    std::vector<char> prefix(first.size() + 1), part(first.size() + 32);
    if (llama_split_prefix(prefix.data(), prefix.size(), first.c_str(), 0, (int32_t) count) <= 0)
        throw bad_input(first + ": is the first of " + std::to_string(count) + " parts, its name must end with -00001-of-" +
                        (count < 10 ? "0000" : "000") + std::to_string(count) + ".gguf");
    llama_split_path(part.data(), part.size(), prefix.data(), (int32_t) number, (int32_t) count);
    return part.data();
}

weights_file::weights_file(const std::string & path, const char * what) : path(path) {
    check_gguf(path, what); // before ggml reads it: it ends the process at what it does not expect
    gguf_context_ptr first(gguf_init_from_file(path.c_str(), {/*no_alloc*/ true, nullptr}));
    const int64_t count = first ? std::max<int64_t>(1, short_of(first.get(), count_key, 1)) : 1;
    open(path, 0, count);
    for (int64_t i = 1; i < count; i++)
        open(part_of(path, i, count), i, count);
    for (const char * key : {number_key, count_key, "split.tensors.count"})
        if (gguf_find_key(keys.get(), key) >= 0)
            gguf_remove_key(keys.get(), key);
}

const weights_file::tensor * weights_file::find(const std::string & name) const {
    const auto at = index.find(name);
    return at == index.end() ? nullptr : &tensors[at->second];
}

void weights_file::read(const tensor & t, std::vector<char> & stored) const {
    read(t, stored, 0, t.size);
}

void weights_file::read(const tensor & t, std::vector<char> & stored, size_t first, size_t bytes) const {
    FILE * stream = streams[t.file].get();
    stored.resize(bytes);
    if (fseeko(stream, (off_t) (t.offset + first), SEEK_SET) != 0 || fread(stored.data(), 1, bytes, stream) != bytes)
        throw bad_input(names[t.file] + ": tensor " + t.name + " is cut short, fetch the file again");
}

std::vector<float> weights_file::floats(const tensor & t) const {
    std::vector<char> stored;
    read(t, stored);
    std::vector<float> values((size_t) t.elements());
    to_f32(t.type, stored.data(), values.data(), t.elements());
    return values;
}

} // namespace train
