#include "checkpoint.h"
#include "../save/gguf-file.h"
#include "bad-input.h"
#include <cstring>
#include <filesystem>

namespace train {

std::string checkpoint_path(const std::string & directory) {
    return directory + "/checkpoint.gguf";
}

// What is kept of every parameter: a letter and the values. Empty vectors are left out.
static std::vector<std::pair<std::string, std::vector<float> *>> parts(size_t index, optimizer::state & s, std::vector<float> * best) {
    const std::string i = std::to_string(index);
    std::vector<std::pair<std::string, std::vector<float> *>> all = {
        {"first." + i, &s.first}, {"second." + i, &s.second}, {"average." + i, &s.average}};
    if (best)
        all.push_back({"best." + i, best});
    return all;
}

void write_checkpoint(const std::string & directory, const std::string & fingerprint, const model & m, const optimizer & adam,
                      const run_state & state) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        throw bad_input(directory + ": cannot be made (" + error.message() + "), choose another --checkpoint-dir");
    gguf_ptr file(gguf_init_empty());
    gguf_set_val_str(file.get(), "general.type", "whetstone-checkpoint");
    gguf_set_val_str(file.get(), "fingerprint", fingerprint.c_str());
    gguf_set_val_i64(file.get(), "step", state.step);
    gguf_set_val_f64(file.get(), "last_loss", state.last_loss);
    gguf_set_val_f64(file.get(), "best", state.best);
    gguf_set_val_i64(file.get(), "best_step", state.best_step);
    gguf_set_val_i64(file.get(), "validations_since_best", state.validations_since_best);
    context_ptr shapes(ggml_init({(m.parameters.size() * 5 + 1) * ggml_tensor_overhead(), nullptr, true}));
    const auto add = [&](const std::string & name, const float * values, int64_t n) {
        ggml_tensor * t = ggml_new_tensor_1d(shapes.get(), GGML_TYPE_F32, n);
        ggml_set_name(t, name.c_str());
        gguf_add_tensor(file.get(), t);
        gguf_set_tensor_data(file.get(), name.c_str(), values);
    };
    for (size_t i = 0; i < m.parameters.size(); i++) {
        add("weight." + std::to_string(i), m.parameters[i].values(), m.parameters[i].size());
        auto & s = const_cast<optimizer::state &>(adam.states[i]);
        auto * best = state.best_weights.empty() ? nullptr : const_cast<std::vector<float> *>(&state.best_weights[i]);
        for (const auto & part : parts(i, s, best))
            if (!part.second->empty())
                add(part.first, part.second->data(), (int64_t) part.second->size());
    }
    write_gguf(file.get(), checkpoint_path(directory));
}

bool read_checkpoint(const std::string & directory, const std::string & fingerprint, model & m, optimizer & adam, run_state & state) {
    const std::string path = checkpoint_path(directory);
    if (!std::filesystem::exists(path))
        return false;
    ggml_context * data = nullptr;
    gguf_ptr file(gguf_init_from_file(path.c_str(), {/*no_alloc*/ false, &data}));
    context_ptr owner(data);
    const int64_t key = file ? gguf_find_key(file.get(), "fingerprint") : -1;
    if (key < 0)
        throw bad_input(path + ": is no checkpoint of llama-train, delete it or choose another --checkpoint-dir");
    if (fingerprint != gguf_get_val_str(file.get(), key)) {
        throw bad_input(path + ": belongs to a run with other options or data, give the same ones or leave --resume out");
    }
    const auto id = [&](const char * name) { return gguf_find_key(file.get(), name); };
    state.step = gguf_get_val_i64(file.get(), id("step"));
    state.last_loss = gguf_get_val_f64(file.get(), id("last_loss"));
    state.best = gguf_get_val_f64(file.get(), id("best"));
    state.best_step = gguf_get_val_i64(file.get(), id("best_step"));
    state.validations_since_best = gguf_get_val_i64(file.get(), id("validations_since_best"));
    const bool has_best = ggml_get_tensor(data, "best.0") != nullptr;
    if (has_best)
        state.best_weights.resize(m.parameters.size());
    for (size_t i = 0; i < m.parameters.size(); i++) {
        ggml_tensor * w = m.parameters[i].tensor;
        const auto read = [&](const std::string & name, float * values) {
            const ggml_tensor * t = ggml_get_tensor(data, name.c_str());
            if (!t || ggml_nelements(t) != ggml_nelements(w))
                throw bad_input(path + ": is incomplete (" + name + "), delete it and start again");
            memcpy(values, t->data, ggml_nbytes(t));
        };
        read("weight." + std::to_string(i), m.parameters[i].values());
        if (has_best)
            state.best_weights[i].resize(ggml_nelements(w));
        for (const auto & part : parts(i, adam.states[i], has_best ? &state.best_weights[i] : nullptr))
            if (!part.second->empty())
                read(part.first, part.second->data());
    }
    upload_parameters(m);
    return true;
}

} // namespace train
