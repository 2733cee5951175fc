#include "lora.h"
#include "../data/random.h"
#include "../families/read-tensor.h"
#include "../save/gguf-file.h"
#include "bad-input.h"
#include <cmath>
#include <cstdio>
#include <set>
#include <sstream>

namespace train {

static const char * const targets_known[] = {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"};

matrix * target_matrix(layer & l, const std::string & target) {
    matrix * const places[] = {&l.q, &l.k, &l.v, &l.o, &l.gate, &l.up, &l.down};
    for (size_t i = 0; i < 7; i++)
        if (target == targets_known[i])
            return places[i];
    return nullptr;
}

static std::set<std::string> split_targets(const std::string & text) {
    std::set<std::string> targets;
    std::stringstream stream(text);
    layer any;
    for (std::string name; std::getline(stream, name, ',');) {
        if (!target_matrix(any, name)) {
            std::string known;
            for (const char * k : targets_known)
                known += std::string(known.empty() ? "" : ", ") + k;
            throw bad_input("no LoRA target \"" + name + "\". Targets: " + known);
        }
        targets.insert(name);
    }
    if (targets.empty())
        throw bad_input("--lora-targets is empty");
    return targets;
}

// Creates A and B for the matrices that rank() gives a rank above 0, as parameters on the host.
template <typename F>
static void create(model & m, F && rank) {
    m.lora_context.reset(ggml_init({(size_t) (m.layers.size() * 14 + 1) * ggml_tensor_overhead(), nullptr, true}));
    for (size_t i = 0; i < m.layers.size(); i++) {
        for (const char * target : targets_known) {
            const std::string name = "blk." + std::to_string(i) + "." + target + ".weight";
            const int64_t r = rank(name, target);
            if (r == 0)
                continue;
            matrix & w = *target_matrix(m.layers[i], target);
            w.lora_a = ggml_new_tensor_2d(m.lora_context.get(), GGML_TYPE_F32, w.weight->ne[0], r);
            w.lora_b = ggml_new_tensor_2d(m.lora_context.get(), GGML_TYPE_F32, r, w.weight->ne[1]);
            ggml_set_name(w.lora_a, (name + ".lora_a").c_str());
            ggml_set_name(w.lora_b, (name + ".lora_b").c_str());
            add_parameter(m, name + ".lora_a", w.lora_a, true);
            add_parameter(m, name + ".lora_b", w.lora_b, true);
        }
    }
    if (m.parameters.empty())
        return;
    m.lora_buffer.reset(
        ggml_backend_alloc_ctx_tensors_from_buft(m.lora_context.get(), ggml_backend_buffer_get_type(m.buffer.get()))); // beside the weights
    if (!m.lora_buffer)
        throw bad_input("not enough memory for the adapter, use a smaller --lora-rank");
    ggml_backend_buffer_clear(m.lora_buffer.get(), 0);
    copy_parameters_to_host(m);
}

void add_lora(model & m, int64_t rank, double alpha, const std::string & targets, uint64_t seed) {
    const std::set<std::string> wanted = split_targets(targets);
    create(m, [&](const std::string &, const std::string & target) { return wanted.count(target) ? rank : 0; });
    m.lora_scale = (float) ((alpha > 0 ? alpha : 2.0 * (double) rank) / (double) rank);
    random_stream random(seed);
    for (size_t i = 0; i < m.parameters.size(); i += 2) {
        float * a = m.parameters[i].values();
        const double bound = 1.0 / std::sqrt((double) m.parameters[i].tensor->ne[0]);
        for (int64_t k = 0; k < m.parameters[i].size(); k++)
            a[k] = (float) (bound * (2.0 * random.uniform() - 1.0));
    }
    upload_parameters(m);
}

void read_lora(model & m, const std::string & path, int64_t expected_rank, double expected_alpha) {
    ggml_context * data = nullptr;
    gguf_ptr file(gguf_init_from_file(path.c_str(), {/*no_alloc*/ false, &data}));
    context_ptr owner(data);
    if (!file)
        throw bad_input(path + ": cannot be read as GGUF, name a LoRA adapter");
    const auto text = [&](const char * key) {
        const int64_t id = gguf_find_key(file.get(), key);
        return std::string(id < 0 ? "" : gguf_get_val_str(file.get(), id));
    };
    if (text("general.type") != "adapter" || text("adapter.type") != "lora")
        throw bad_input(path + ": is no LoRA adapter");
    const auto foreign = [&](const std::string & why) {
        return bad_input(path + ": this adapter was made for another model than " + m.path + " (" + why + ")");
    };
    if (text("general.architecture") != m.hyper.architecture)
        throw foreign("architecture " + text("general.architecture") + ", not " + m.hyper.architecture);
    int64_t rank = 0, used = 0;
    create(m, [&](const std::string & name, const std::string &) -> int64_t {
        const ggml_tensor * a = ggml_get_tensor(data, (name + ".lora_a").c_str());
        return a ? rank = a->ne[1] : 0;
    });
    for (parameter & p : m.parameters) {
        const ggml_tensor * stored = ggml_get_tensor(data, p.name.c_str());
        if (!stored || !ggml_are_same_shape(stored, p.tensor))
            throw foreign(p.name + (stored ? " has another shape" : " is missing"));
        to_f32(stored->type, stored->data, p.values(), ggml_nelements(stored));
        used++;
    }
    if (used == 0 || used != gguf_get_n_tensors(file.get()))
        throw foreign("it has tensors for other matrices");
    upload_parameters(m);
    const int64_t key = gguf_find_key(file.get(), "adapter.lora.alpha");
    const double alpha = key < 0 ? (double) rank : gguf_get_val_f32(file.get(), key);
    m.lora_scale = (float) (alpha / (double) rank);
    if ((expected_rank > 0 && rank != expected_rank) || (expected_alpha > 0 && std::fabs(alpha - expected_alpha) > 1e-6 * alpha)) {
        std::ostringstream what;
        what << path << ": has rank " << rank << " and alpha " << alpha << ", go on with these or leave --lora-rank and --lora-alpha out";
        throw bad_input(what.str());
    }
}

void save_lora(const model & m, const std::string & path) {
    gguf_ptr file(gguf_init_empty());
    gguf_set_val_str(file.get(), "general.type", "adapter");
    gguf_set_val_str(file.get(), "general.architecture", m.hyper.architecture.c_str());
    gguf_set_val_str(file.get(), "adapter.type", "lora");
    gguf_set_val_f32(file.get(), "adapter.lora.alpha", m.lora_scale * (float) m.parameters.at(0).tensor->ne[1]);
    for (const parameter & p : m.parameters) {
        gguf_add_tensor(file.get(), p.tensor);
        gguf_set_tensor_data(file.get(), p.name.c_str(), p.values());
    }
    write_gguf(file.get(), path);
}

} // namespace train
