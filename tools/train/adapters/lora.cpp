#include "lora.h"
#include "../data/random.h"
#include "../save/gguf-file.h"
#include "../save/reload.h"
#include "bad-input.h"
#include "base-identity.h"
#include "dora.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <sstream>

namespace train {

// The rank of each kind of matrix: "all", or kinds, each of which may have a rank of its own (attn_q:4)
static std::map<std::string, int64_t> ranks_of(const model & m, const std::string & text, int64_t rank) {
    std::vector<std::string> known; // in the order of the first layer
    for (const target & t : m.targets)
        if (std::find(known.begin(), known.end(), t.kind) == known.end())
            known.push_back(t.kind);
    std::map<std::string, int64_t> wanted;
    std::stringstream stream(text);
    for (std::string name; std::getline(stream, name, ',');) {
        if (name == "all") {
            for (const target & t : m.targets)
                if (!t.asked)
                    wanted[t.kind] = rank;
            continue;
        }
        const size_t colon = name.find(':');
        const std::string kind = name.substr(0, colon);
        if (std::find(known.begin(), known.end(), kind) == known.end()) {
            std::string list;
            for (const std::string & k : known)
                list += (list.empty() ? "" : ", ") + k;
            throw bad_input("no LoRA target \"" + kind + "\". Targets: " + list);
        }
        const int64_t own = colon == std::string::npos ? rank : strtoll(name.c_str() + colon + 1, nullptr, 10);
        if (own < 1 || own > 65536)
            throw bad_input("--lora-targets " + name + ": the rank must be at least 1");
        if (kind == "token_embd" && m.output.weight == m.token_embedding)
            throw bad_input("--lora-targets " + name + ": this model's embedding is its head too, libllama cannot serve an adapter on it");
        wanted[kind] = own;
    }
    if (wanted.empty())
        throw bad_input("--lora-targets is empty");
    return wanted;
}

// Creates A and B for the matrices that rank() gives a rank above 0, as parameters on the host.
template <typename F>
static void create(model & m, bool dora, F && rank) {
    m.lora_context.reset(ggml_init({(m.targets.size() * 4 + 1) * ggml_tensor_overhead(), nullptr, true}));
    for (const target & t : m.targets) {
        const int64_t r = rank(t);
        if (r == 0)
            continue;
        matrix & w = *t.at;
        w.lora_scale = m.lora_alpha > 0 ? m.lora_alpha / (float) r : 1.0f;
        const int64_t a = t.rows ? r : w.weight->ne[0], a_columns = t.rows ? w.weight->ne[1] : r;
        w.lora_a = ggml_new_tensor_3d(m.lora_context.get(), GGML_TYPE_F32, a, a_columns, w.weight->ne[2]); // one for each expert
        w.lora_b = ggml_new_tensor_3d(m.lora_context.get(), GGML_TYPE_F32, r, w.weight->ne[t.rows ? 0 : 1], w.weight->ne[2]);
        ggml_set_name(w.lora_a, (t.tensor + ".lora_a").c_str());
        ggml_set_name(w.lora_b, (t.tensor + ".lora_b").c_str());
        add_parameter(m, t.tensor + ".lora_a", w.lora_a, true);
        add_parameter(m, t.tensor + ".lora_b", w.lora_b, true);
        if (dora)
            add_magnitude(m, t);
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

// The alpha that an adapter is written with: what libllama divides by the rank
static float stored_alpha(int64_t rank, double alpha, bool rank_stabilized) {
    const float wanted = (float) (alpha > 0 ? alpha : 2.0 * (double) rank);
    return rank_stabilized ? wanted * std::sqrt((float) rank) : wanted;
}

void add_lora(model & m, int64_t rank, double alpha, const std::string & targets, uint64_t seed, bool rank_stabilized, bool dora) {
    const std::map<std::string, int64_t> wanted = ranks_of(m, targets, rank);
    m.lora_alpha = stored_alpha(rank, alpha, rank_stabilized);
    create(m, dora, [&](const target & t) {
        const auto at = wanted.find(t.kind);
        return at == wanted.end() ? (int64_t) 0 : at->second;
    });
    random_stream random(seed);
    for (const target & t : m.targets) {
        if (!t.at->lora_a)
            continue;
        parameter & p = m.parameters[m.parameter_index.at(t.at->lora_a)];
        const double bound = 1.0 / std::sqrt((double) p.tensor->ne[0]);
        for (int64_t k = 0; k < p.size(); k++)
            p.values()[k] = (float) (bound * (2.0 * random.uniform() - 1.0));
    }
    if (dora)
        start_magnitudes(m);
    upload_parameters(m);
}

static bad_input not_expected(const std::string & path, int64_t rank, double alpha) {
    std::ostringstream what;
    what << path << ": has rank " << rank << " and alpha " << alpha << ", go on with these or leave --lora-rank and --lora-alpha out";
    return bad_input(what.str());
}

void read_lora(model & m, const std::string & path, int64_t wanted_rank, double wanted_alpha, const std::string & targets,
               bool rank_stabilized) {
    const weights_file file(path, "LoRA adapter");
    const gguf_context * keys = file.keys.get();
    if (text_of(keys, "general.type") != "adapter" || text_of(keys, "adapter.type") != "lora")
        throw bad_input(path + ": is no LoRA adapter");
    const auto foreign = [&](const std::string & why) {
        return bad_input(path + ": this adapter was made for another model than " + m.path + " (" + why + ")");
    };
    if (text_of(keys, "general.architecture") != m.hyper.architecture)
        throw foreign("architecture " + text_of(keys, "general.architecture") + ", not " + m.hyper.architecture);
    check_base(path, m.path);
    const int64_t key = gguf_find_key(keys, "adapter.lora.alpha");
    m.lora_alpha = key < 0 ? 0.0f : gguf_get_val_f32(keys, key);
    const std::map<std::string, int64_t> ranks = ranks_of(m, targets, std::max<int64_t>(1, wanted_rank));
    create(m, false, [&](const target & t) -> int64_t {
        const weights_file::tensor * a = file.find(t.tensor + ".lora_a");
        const int64_t rank = a ? a->ne[t.rows ? 0 : 1] : 0;
        const auto own = ranks.find(t.kind);
        if (a && wanted_rank > 0 && rank != (own == ranks.end() ? wanted_rank : own->second))
            throw not_expected(path, rank, m.lora_alpha);
        return rank;
    });
    if (wanted_alpha > 0 && std::fabs(m.lora_alpha - stored_alpha(wanted_rank, wanted_alpha, rank_stabilized)) > 1e-6 * m.lora_alpha)
        throw not_expected(path, m.parameters.empty() ? 0 : m.parameters[0].tensor->ne[1], m.lora_alpha);
    for (parameter & p : m.parameters) {
        const weights_file::tensor * stored = file.find(p.name);
        if (!stored || memcmp(stored->ne, p.tensor->ne, sizeof(stored->ne)) != 0)
            throw foreign(p.name + (stored ? " has another shape" : " is missing"));
        const std::vector<float> values = file.floats(*stored);
        std::copy(values.begin(), values.end(), p.values());
    }
    if (m.parameters.empty() || m.parameters.size() != file.tensors.size())
        throw foreign("it has tensors for other matrices");
    upload_parameters(m);
}

void save_lora(const model & m, const std::string & path, const std::string & base) {
    gguf_context_ptr file(gguf_init_empty());
    gguf_set_val_str(file.get(), "general.type", "adapter");
    gguf_set_val_str(file.get(), "general.architecture", m.hyper.architecture.c_str());
    gguf_set_val_str(file.get(), "adapter.type", "lora");
    gguf_set_val_f32(file.get(), "adapter.lora.alpha", m.lora_alpha);
    gguf_set_val_str(file.get(), base_key, base_identity(base).c_str());
    // descriptions without a buffer: the values are written from the host, wherever the adapter was trained
    ggml_context_ptr shapes(ggml_init({(m.parameters.size() + 1) * ggml_tensor_overhead(), nullptr, true}));
    for (const parameter & p : m.parameters) {
        ggml_tensor * t = ggml_dup_tensor(shapes.get(), p.tensor);
        ggml_set_name(t, p.name.c_str());
        gguf_add_tensor(file.get(), t);
        gguf_set_tensor_data(file.get(), p.name.c_str(), p.values());
    }
    write_gguf(file.get(), path, [&](const std::string & written) { reload(base, written); });
}

} // namespace train
