#include "checkpoint.h"
#include "bad-input.h"
#include "check-gguf.h"
#include <cstring>
#include <filesystem>

namespace train {

std::string checkpoint_path(const std::string & directory) {
    return directory + "/checkpoint.gguf";
}

namespace {

// Sum over words of 8 bytes: a flipped bit anywhere changes it. Runs at the speed of memory, since it is a part of every checkpoint's cost.
struct checksum {
    uint64_t value = 0x9e3779b97f4a7c15ull;
    void add(const void * data, size_t size) {
        const char * bytes = (const char *) data;
        uint64_t word;
        for (; size >= sizeof(word); bytes += sizeof(word), size -= sizeof(word)) {
            memcpy(&word, bytes, sizeof(word));
            value = ((value ^ word) * 0xff51afd7ed558ccdull) ^ (value >> 29);
        }
        if (size > 0) {
            word = 0;
            memcpy(&word, bytes, size);
            value = ((value ^ word) * 0xff51afd7ed558ccdull) ^ (value >> 29);
        }
    }
};

// The numbers beside the weights, in the file's order
struct numbers {
    int64_t step, best_step, validations_since_best;
    double last_loss, best;
};

numbers numbers_of(const run_state & s) {
    return {s.step, s.best_step, s.validations_since_best, s.last_loss, s.best};
}

// What is kept of every parameter: a letter and the values. Empty vectors are left out.
std::vector<std::pair<std::string, std::vector<float> *>> parts(size_t index, optimizer::state & s, std::vector<float> * best) {
    const std::string i = std::to_string(index);
    std::vector<std::pair<std::string, std::vector<float> *>> all = {
        {"first." + i, &s.first}, {"second." + i, &s.second}, {"average." + i, &s.average}};
    if (best)
        all.push_back({"best." + i, best});
    return all;
}

uint64_t sum_of(const gguf_context * file, ggml_context * data, const run_state & state) {
    checksum sum;
    const numbers n = numbers_of(state);
    sum.add(&n, sizeof(n));
    for (int64_t i = 0; i < gguf_get_n_tensors(file); i++) {
        const ggml_tensor * t = ggml_get_tensor(data, gguf_get_tensor_name(file, i));
        sum.add(t->data, ggml_nbytes(t));
    }
    return sum.value;
}

// Why a file is no whole checkpoint, "" where it is one. Nothing of the run has changed then.
std::string damage(const std::string & path, gguf_context_ptr & file, ggml_context_ptr & owner, run_state & state) {
    try {
        check_gguf(path, "checkpoint");
    } catch (const bad_input & error) {
        return error.what();
    }
    ggml_context * data = nullptr;
    file.reset(gguf_init_from_file(path.c_str(), {/*no_alloc*/ false, &data}));
    owner.reset(data);
    const auto has = [&](const char * name, gguf_type type) {
        const int64_t key = file ? gguf_find_key(file.get(), name) : -1;
        return key >= 0 && gguf_get_kv_type(file.get(), key) == type;
    };
    for (const char * name : {"step", "best_step", "validations_since_best"})
        if (!has(name, GGUF_TYPE_INT64))
            return std::string("it holds no ") + name;
    if (!has("last_loss", GGUF_TYPE_FLOAT64) || !has("best", GGUF_TYPE_FLOAT64) || !has("checksum", GGUF_TYPE_UINT64) ||
        !has("fingerprint", GGUF_TYPE_STRING))
        return "it is no checkpoint of this version";
    const auto id = [&](const char * name) { return gguf_find_key(file.get(), name); };
    state.step = gguf_get_val_i64(file.get(), id("step"));
    state.last_loss = gguf_get_val_f64(file.get(), id("last_loss"));
    state.best = gguf_get_val_f64(file.get(), id("best"));
    state.best_step = gguf_get_val_i64(file.get(), id("best_step"));
    state.validations_since_best = gguf_get_val_i64(file.get(), id("validations_since_best"));
    return sum_of(file.get(), data, state) == gguf_get_val_u64(file.get(), id("checksum")) ? "" : "its checksum does not fit";
}

} // namespace

int64_t checkpoint_bytes(const model & m, const optimizer & adam, bool keeps_best) {
    int64_t values = 0;
    for (size_t i = 0; i < m.parameters.size(); i++)
        values += m.parameters[i].size() * (3 + (adam.states[i].average.empty() ? 0 : 1) + (keeps_best ? 1 : 0));
    return values * (int64_t) sizeof(float);
}

std::unique_ptr<pending_file> write_checkpoint(const std::string & directory, const std::string & fingerprint, const model & m,
                                               const optimizer & adam, const run_state & state) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        throw bad_input(directory + ": cannot be made (" + error.message() + "), choose another --checkpoint-dir");
    gguf_context_ptr file(gguf_init_empty());
    gguf_set_val_str(file.get(), "general.type", "whetstone-checkpoint");
    gguf_set_val_str(file.get(), "fingerprint", fingerprint.c_str());
    gguf_set_val_i64(file.get(), "step", state.step);
    gguf_set_val_f64(file.get(), "last_loss", state.last_loss);
    gguf_set_val_f64(file.get(), "best", state.best);
    gguf_set_val_i64(file.get(), "best_step", state.best_step);
    gguf_set_val_i64(file.get(), "validations_since_best", state.validations_since_best);
    ggml_context_ptr shapes(ggml_init({(m.parameters.size() * 5 + 1) * ggml_tensor_overhead(), nullptr, true}));
    checksum sum;
    const numbers n = numbers_of(state);
    sum.add(&n, sizeof(n));
    const auto add = [&](const std::string & name, const float * values, int64_t count) {
        ggml_tensor * t = ggml_new_tensor_1d(shapes.get(), GGML_TYPE_F32, count);
        ggml_set_name(t, name.c_str());
        gguf_add_tensor(file.get(), t);
        gguf_set_tensor_data(file.get(), name.c_str(), values);
        sum.add(values, count * sizeof(float));
    };
    for (size_t i = 0; i < m.parameters.size(); i++) {
        add("weight." + std::to_string(i), m.parameters[i].values(), m.parameters[i].size());
        auto & s = const_cast<optimizer::state &>(adam.states[i]);
        auto * best = state.best_weights.empty() ? nullptr : const_cast<std::vector<float> *>(&state.best_weights[i]);
        for (const auto & part : parts(i, s, best))
            if (!part.second->empty())
                add(part.first, part.second->data(), (int64_t) part.second->size());
    }
    gguf_set_val_u64(file.get(), "checksum", sum.value);
    return std::make_unique<pending_file>(file.get(), checkpoint_path(directory));
}

bool read_checkpoint(const std::string & directory, const std::string & fingerprint, model & m, optimizer & adam, run_state & state) {
    const std::string path = checkpoint_path(directory);
    if (!std::filesystem::exists(path))
        return false;
    gguf_context_ptr file;
    ggml_context_ptr owner;
    run_state found;
    const std::string why = damage(path, file, owner, found);
    if (!why.empty()) {
        fprintf(stderr, "llama-train: %s is damaged (%s): it is deleted, and the training begins anew\n", path.c_str(), why.c_str());
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        return false;
    }
    if (fingerprint != gguf_get_val_str(file.get(), gguf_find_key(file.get(), "fingerprint")))
        throw bad_input(path + ": belongs to a run with other options or data, give the same ones or leave --resume out");
    const bool has_best = ggml_get_tensor(owner.get(), "best.0") != nullptr;
    if (has_best)
        found.best_weights.resize(m.parameters.size());
    for (size_t i = 0; i < m.parameters.size(); i++) {
        ggml_tensor * w = m.parameters[i].tensor;
        const auto read = [&](const std::string & name, float * values) {
            const ggml_tensor * t = ggml_get_tensor(owner.get(), name.c_str());
            if (!t || ggml_nelements(t) != ggml_nelements(w))
                throw bad_input(path + ": is incomplete (" + name + "), delete it and start again");
            memcpy(values, t->data, ggml_nbytes(t));
        };
        read("weight." + std::to_string(i), m.parameters[i].values());
        if (has_best)
            found.best_weights[i].resize(ggml_nelements(w));
        for (const auto & part : parts(i, adam.states[i], has_best ? &found.best_weights[i] : nullptr))
            if (!part.second->empty())
                read(part.first, part.second->data());
    }
    state = found;
    upload_parameters(m);
    return true;
}

} // namespace train
