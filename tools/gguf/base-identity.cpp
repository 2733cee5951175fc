#include "base-identity.h"

#include "bad-input.h"
#include "ggml-cpp.h"
#include "ggml.h"
#include "split-files.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

static constexpr size_t sample = 4096; // bytes, at the beginning, in the middle and at the end of a matrix

// FNV-1a, 64 bits
static uint64_t hash(const void * data, size_t size, uint64_t value = 0xcbf29ce484222325ull) {
    for (size_t i = 0; i < size; i++) {
        value = (value ^ ((const uint8_t *) data)[i]) * 0x100000001b3ull;
    }
    return value;
}

// splitmix64's end: hashes are added up, and FNV's of nearly the same bytes would cancel out
static uint64_t mixed(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
    return value ^ (value >> 31);
}

static std::string value_text(const gguf_context * file, int64_t id) {
    char text[40];
    switch (gguf_get_kv_type(file, id)) {
    case GGUF_TYPE_STRING:
        return gguf_get_val_str(file, id);
    case GGUF_TYPE_FLOAT32:
        std::snprintf(text, sizeof(text), "%.7g", (double) gguf_get_val_f32(file, id));
        return text;
    case GGUF_TYPE_UINT32:
        return std::to_string(gguf_get_val_u32(file, id));
    case GGUF_TYPE_INT32:
        return std::to_string(gguf_get_val_i32(file, id));
    case GGUF_TYPE_BOOL:
        return gguf_get_val_bool(file, id) ? "true" : "false";
    default:
        return "";
    }
}

std::map<std::string, std::string> computing_keys(const gguf_context * file) {
    static const char * const parts[] = {".rope.freq_base", ".rope.scaling.", "sliding_window",  "softcap",        ".attention.scale",
                                         "_scale",          "_epsilon",       ".expert_weights", "attention.gate", "yarn_"};
    std::map<std::string, std::string> found;
    for (int64_t id = 0; id < gguf_get_n_kv(file); id++) {
        const std::string key = gguf_get_key(file, id), value = value_text(file, id);
        const bool counts =
            key.rfind("general.", 0) != 0 && key.rfind("tokenizer.", 0) != 0 && key.rfind("adapter.", 0) != 0 &&
            std::any_of(std::begin(parts), std::end(parts), [&](const char * part) { return key.find(part) != std::string::npos; });
        const bool usual = (key.find(".rope.freq_base") != std::string::npos && value == "10000") || value == "none" || value.empty();
        if (counts && !usual) {
            found[key] = value;
        }
    }
    return found;
}

namespace {

struct file_closer {
    void operator()(std::FILE * file) const { std::fclose(file); }
};

struct sums { // of hashes: the order of tensors is a file's own
    uint64_t vectors = 0, types = 0, matrices = 0;

    void add(const std::string & path) {
        ggml_context * read = nullptr;
        const gguf_context_ptr file(gguf_init_from_file(path.c_str(), {/*no_alloc*/ true, &read}));
        const ggml_context_ptr shapes(read);
        const std::unique_ptr<std::FILE, file_closer> stream(std::fopen(path.c_str(), "rb"));
        if (!file || !stream) {
            throw bad_input(path + ": cannot be read as GGUF, fetch or make it again");
        }
        std::vector<char> data;
        for (int64_t id = 0; id < gguf_get_n_tensors(file.get()); id++) {
            const std::string name = gguf_get_tensor_name(file.get(), id);
            const ggml_tensor * t = ggml_get_tensor(shapes.get(), name.c_str());
            const size_t size = gguf_get_tensor_size(file.get(), id);
            const bool vector = ggml_n_dims(t) == 1;
            uint64_t value = hash(t->ne, sizeof(t->ne), hash(name.data(), name.size()));
            types += mixed(hash(&t->type, sizeof(t->type), value));
            for (size_t part = 0; part < 3; part++) {
                const size_t bytes = std::min(sample, size), first = (size - bytes) / 2 * part;
                data.resize(bytes);
                if (fseeko(stream.get(), (off_t) (gguf_get_data_offset(file.get()) + gguf_get_tensor_offset(file.get(), id) + first),
                           SEEK_SET) != 0 ||
                    std::fread(data.data(), 1, bytes, stream.get()) != bytes) {
                    throw bad_input(path + ": tensor " + name + " is cut short, fetch the file again");
                }
                value = hash(data.data(), bytes, value);
            }
            (vector ? vectors : matrices) += mixed(value);
        }
    }
};

} // namespace

std::string base_identity(const std::string & path) {
    const gguf_context_ptr first(gguf_init_from_file(path.c_str(), {/*no_alloc*/ true, nullptr}));
    if (!first) {
        throw bad_input(path + ": cannot be read as GGUF, fetch or make it again");
    }
    uint64_t keys = 0;
    for (const auto & [key, value] : computing_keys(first.get())) {
        keys += mixed(hash(value.data(), value.size(), hash(key.data(), key.size())));
    }
    sums all;
    for (const std::string & file : split_files(path)) {
        all.add(file);
    }
    char text[80];
    std::snprintf(text, sizeof(text), "%016llx:%016llx:%016llx:%016llx", (unsigned long long) keys, (unsigned long long) all.vectors,
                  (unsigned long long) all.types, (unsigned long long) all.matrices);
    return text;
}

std::string base_difference(const std::string & a, const std::string & b) {
    if (a.size() != 67 || b.size() != 67) { // of another version, or damaged: not known
        return "";
    }
    const auto differ = [&](size_t part) { return a.compare(part * 17, 16, b, part * 17, 16) != 0; };
    return differ(0) ? "other keys of RoPE, windows or scales" : differ(1) ? "other norms" : !differ(2) && differ(3) ? "other weights" : "";
}

void check_base(const std::string & adapter, const std::string & model) {
    const gguf_context_ptr file(gguf_init_from_file(adapter.c_str(), {/*no_alloc*/ true, nullptr}));
    const int64_t id = file ? gguf_find_key(file.get(), base_key) : -1;
    if (id < 0 || gguf_get_kv_type(file.get(), id) != GGUF_TYPE_STRING) {
        return;
    }
    const std::string why = base_difference(gguf_get_val_str(file.get(), id), base_identity(model));
    if (!why.empty()) {
        throw bad_input(adapter + ": this adapter was made for another model than " + model + " (" + why + "), name that one");
    }
}
