#include "check-fit.h"

#include "bad-input.h"
#include "ggml-cpp.h"
#include "gguf.h"

#include <algorithm>

namespace {

struct header {
    gguf_context_ptr file;
    ggml_context_ptr shapes;

    explicit header(const std::string & path) {
        ggml_context * read = nullptr;
        file.reset(gguf_init_from_file(path.c_str(), {/*no_alloc*/ true, &read}));
        shapes.reset(read);
        if (!file) {
            throw bad_input(path + ": cannot be read as GGUF, fetch or make it again");
        }
    }
};

} // namespace

void check_experts(const std::string & adapter, const std::string & model) {
    const header added(adapter), base(model);
    for (const ggml_tensor * t = ggml_get_first_tensor(added.shapes.get()); t;
         t = ggml_get_next_tensor(added.shapes.get(), (ggml_tensor *) t)) {
        const std::string name = t->name;
        const size_t end = name.rfind(".lora_");
        const ggml_tensor * w = end == std::string::npos ? nullptr : ggml_get_tensor(base.shapes.get(), name.substr(0, end).c_str());
        if (w && w->ne[2] != t->ne[2]) {
            throw bad_input(adapter + ": this adapter was made for another model than " + model + " (" + name + " is of " +
                            std::to_string(t->ne[2]) + " experts, not " + std::to_string(w->ne[2]) + ")");
        }
    }
}

void check_layers(const std::string & model) {
    const header h(model);
    const int64_t architecture = gguf_find_key(h.file.get(), "general.architecture");
    if (architecture < 0 || gguf_get_kv_type(h.file.get(), architecture) != GGUF_TYPE_STRING ||
        std::string(gguf_get_val_str(h.file.get(), architecture)) != "lfm2") {
        return;
    }
    const int64_t key = gguf_find_key(h.file.get(), "lfm2.attention.head_count_kv");
    bool attends = true, convolves = false; // one number: of all layers
    if (key >= 0 && gguf_get_kv_type(h.file.get(), key) == GGUF_TYPE_ARRAY && gguf_get_arr_type(h.file.get(), key) != GGUF_TYPE_STRING) {
        const size_t n = gguf_get_arr_n(h.file.get(), key);
        const gguf_type type = gguf_get_arr_type(h.file.get(), key);
        if (type != GGUF_TYPE_INT32 && type != GGUF_TYPE_UINT32) {
            return; // libllama refuses it
        }
        const int32_t * heads = (const int32_t *) gguf_get_arr_data(h.file.get(), key);
        attends = std::any_of(heads, heads + n, [](int32_t each) { return each != 0; });
        convolves = std::any_of(heads, heads + n, [](int32_t each) { return each == 0; });
    }
    if (!attends || !convolves) {
        throw bad_input(model +
                        ": all its layers are of one kind (lfm2.attention.head_count_kv), llama.cpp serves LFM2 with convolutions and "
                        "attention: fetch or make it again");
    }
}
