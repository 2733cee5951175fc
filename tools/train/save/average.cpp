#include "average.h"
#include "../families/weights-file.h"
#include "arguments.h"
#include "bad-input.h"
#include "base-identity.h"
#include "ggml-cpp.h"
#include "gguf-file.h"
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

namespace train {

namespace {

struct averaging {
    std::vector<std::unique_ptr<weights_file>> files;
    std::vector<double> shares;
    gguf_context_ptr out{gguf_init_empty()};
    ggml_context_ptr shapes;
    std::vector<std::vector<char>> held;

    void add(const std::string & name, ggml_type type, std::array<int64_t, GGML_MAX_DIMS> ne, const std::vector<float> & values) {
        ggml_tensor * t = ggml_new_tensor(shapes.get(), type, GGML_MAX_DIMS, ne.data());
        ggml_set_name(t, name.c_str());
        gguf_add_tensor(out.get(), t);
        held.emplace_back(ggml_nbytes(t));
        ggml_quantize_chunk(type, values.data(), held.back().data(), 0, ggml_nrows(t), ne[0], nullptr);
        gguf_set_tensor_data(out.get(), name.c_str(), held.back().data());
    }

    const weights_file::tensor & same(const weights_file & file, const weights_file::tensor & like, bool shape) const {
        const weights_file::tensor * t = file.find(like.name);
        if (!t || file.tensors.size() != files[0]->tensors.size())
            throw bad_input(file.path + ": has other tensors than " + files[0]->path + ", average files of one model");
        if (shape && memcmp(t->ne, like.ne, sizeof(t->ne)) != 0)
            throw bad_input(file.path + ": " + like.name + " has another shape than in " + files[0]->path + ", average files of one model");
        return *t;
    }

    void mean_of(const weights_file::tensor & first) {
        std::vector<float> sum((size_t) first.elements(), 0.0f);
        for (size_t f = 0; f < files.size(); f++) {
            const std::vector<float> values = files[f]->floats(same(*files[f], first, true));
            for (size_t i = 0; i < sum.size(); i++)
                sum[i] += (float) shares[f] * values[i];
        }
        add(first.name, first.type, {first.ne[0], first.ne[1], first.ne[2], first.ne[3]}, sum);
    }

    // alpha / rank of one file's pair, as libllama scales it
    double scale_of(const weights_file & file, int64_t rank) const {
        const int64_t key = gguf_find_key(file.keys.get(), "adapter.lora.alpha");
        const double alpha = key < 0 ? 0.0 : gguf_get_val_f32(file.keys.get(), key);
        return alpha > 0 ? alpha / (double) rank : 1.0;
    }

    // The embedding is read by rows: its A is [rank, tokens], every other one [inputs, rank]
    static bool by_rows(const std::string & base) { return base.compare(0, 10, "token_embd") == 0; }
    static int64_t rank_of(const std::string & base, const weights_file::tensor & a) { return a.ne[by_rows(base) ? 0 : 1]; }

    // The columns of a part, each `own` long, into columns of length `rank`, from `before` on
    static void interleave(std::vector<float> & all, int64_t rank, int64_t before, const std::vector<float> & part, int64_t own,
                           double factor) {
        const int64_t columns = (int64_t) part.size() / own;
        all.resize((size_t) (columns * rank));
        for (int64_t c = 0; c < columns; c++)
            for (int64_t r = 0; r < own; r++)
                all[c * rank + before + r] = (float) (factor * part[c * own + r]);
    }

    // [A1; A2; ...] and [s1 B1, s2 B2, ...] with s = share * scale: the sum of the products, to be read at scale 1
    void concatenate(const std::string & base, int64_t rank) {
        std::vector<float> a, b;
        int64_t before = 0;
        for (size_t f = 0; f < files.size(); f++) {
            const auto & ta = same(*files[f], *files[0]->find(base + ".lora_a"), false);
            const auto & tb = same(*files[f], *files[0]->find(base + ".lora_b"), false);
            const std::vector<float> va = files[f]->floats(ta), vb = files[f]->floats(tb);
            const int64_t own = rank_of(base, ta);
            if (by_rows(base))
                interleave(a, rank, before, va, own, 1.0);
            else
                a.insert(a.end(), va.begin(), va.end());
            interleave(b, rank, before, vb, own, shares[f] * scale_of(*files[f], own));
            before += own;
        }
        const weights_file::tensor & first = *files[0]->find(base + ".lora_a");
        const int64_t ne0 = by_rows(base) ? rank : first.ne[0], ne1 = by_rows(base) ? first.ne[1] : rank;
        a.resize((size_t) (ne0 * ne1)); // where this pair's ranks add up to less than another's
        add(base + ".lora_a", GGML_TYPE_F32, {ne0, ne1, 1, 1}, a);
        add(base + ".lora_b", GGML_TYPE_F32, {rank, (int64_t) b.size() / rank, 1, 1}, b);
    }

    void adapters() {
        int64_t largest = 0; // one alpha serves all pairs of the file, so all get one rank
        for (const auto & t : files[0]->tensors) {
            int64_t rank = 0;
            if (t.ne[2] > 1)
                throw bad_input(files[0]->path + ": " + t.name + " is an adapter on experts, which is averaged with --factors only");
            if (t.name.size() > 7 && t.name.compare(t.name.size() - 7, 7, ".lora_a") == 0)
                for (const auto & file : files)
                    rank += rank_of(t.name, same(*file, t, false));
            largest = std::max(largest, rank);
        }
        gguf_set_val_f32(out.get(), "adapter.lora.alpha", (float) largest);
        for (const auto & t : files[0]->tensors)
            if (t.name.size() > 7 && t.name.compare(t.name.size() - 7, 7, ".lora_a") == 0)
                concatenate(t.name.substr(0, t.name.size() - 7), largest);
    }
};

// Weights alone do not say what they compute: whole models need the same keys, adapters the same base.
void check_one_model(const weights_file & first, const weights_file & other) {
    const std::string why = base_difference(text_of(first.keys.get(), base_key), text_of(other.keys.get(), base_key));
    if (!why.empty())
        throw bad_input(other.path + ": is an adapter of another base than " + first.path + " (" + why + "), average files of one model");
    const auto shown = [](const std::string & value) { return value.empty() ? std::string("as usual") : value; };
    std::map<std::string, std::string> a = computing_keys(first.keys.get()), b = computing_keys(other.keys.get());
    for (const auto & each : {a, b})
        for (const auto & [key, value] : each)
            if (a[key] != b[key])
                throw bad_input(other.path + ": " + key + " is " + shown(b[key]) + ", and " + shown(a[key]) + " in " + first.path +
                                ", average files of one model");
}

} // namespace

int average(int argc, char ** argv) {
    averaging all;
    std::vector<std::string> paths, shares;
    std::string out;
    bool factors = false;
    arguments args("llama-train", "average -m a.gguf -m b.gguf --out mean.gguf",
                   "Averages weight files of one shape: whole models, or LoRA adapters of one base (their products, exactly).");
    args.value("-m, --model", "FILE", paths, "a file; give several");
    args.value("--share", "S", shares, "what each counts, in the files' order; default: all the same. They are divided by their sum");
    args.flag("--factors", factors, "adapters: average A and B each, which keeps the rank; right only along one training");
    args.output("--out", "FILE", out, "what to write");
    args.parse(argc, argv);
    args.require("--out", out);
    if (paths.size() < 2)
        throw bad_input("name at least two files with -m");
    if (!shares.empty() && shares.size() != paths.size())
        throw bad_input("--share is given " + std::to_string(shares.size()) + " times for " + std::to_string(paths.size()) + " files");
    check_writable(out);
    for (const std::string & path : paths)
        all.files.push_back(std::make_unique<weights_file>(path));
    for (size_t i = 0; i < paths.size(); i++) {
        const double share = shares.empty() ? 1.0 : strtod(shares[i].c_str(), nullptr);
        if (!(share > 0 && share < 1e9))
            throw bad_input("--share " + shares[i] + " must be a number above 0");
        all.shares.push_back(share);
    }
    const double total = std::accumulate(all.shares.begin(), all.shares.end(), 0.0);
    for (double & share : all.shares)
        share /= total;

    const gguf_context * first = all.files[0]->keys.get();
    for (const auto & file : all.files)
        for (const char * key : {"general.architecture", "general.type"})
            if (text_of(file->keys.get(), key) != text_of(first, key))
                throw bad_input(file->path + ": is of another kind than " + paths[0] + " (" + key + "), average files of one model");
    for (const auto & file : all.files)
        check_one_model(*all.files[0], *file);
    all.shapes.reset(ggml_init({(all.files[0]->tensors.size() + 1) * ggml_tensor_overhead(), nullptr, true}));
    gguf_set_kv(all.out.get(), first);
    if (text_of(first, "general.type") == "adapter" && !factors) {
        all.adapters();
    } else {
        for (const auto & t : all.files[0]->tensors)
            all.mean_of(t);
    }
    write_gguf(all.out.get(), out);
    return 0;
}

} // namespace train
