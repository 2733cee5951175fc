#include "served.h"
#include "../graph/kernels.h"
#include "bad-input.h"
#include <algorithm>
#include <cmath>
#include <thread>

namespace train {

constexpr int64_t most_tokens = 256, most_targets = 256, most_rows = 8; // of a check

served::served(const options & o, const model & m, int64_t longest) : vocabulary(m.hyper.vocabulary) {
    std::vector<std::string> adapters;
    if (!o.lora_init.empty())
        adapters.push_back(o.lora_init);
    model_options wanted;
    wanted.path = o.model;
    wanted.loras = adapters;
    loaded = load_model(wanted);
    llama_context_params params = llama_context_default_params();
    params.n_batch = params.n_ubatch = (uint32_t) std::max<int64_t>(32, longest);
    params.n_ctx = params.n_batch;
    if (m.long_factors && m.hyper.uses_long()) // the context's size chooses the factors
        params.n_ctx = (uint32_t) std::max<int64_t>(params.n_ctx, m.hyper.ropes[0].original_context + 1);
    params.n_threads = params.n_threads_batch = o.workers ? o.workers : std::max(1, (int) std::thread::hardware_concurrency());
    params.type_k = params.type_v = params.n_ctx > params.n_batch ? GGML_TYPE_F16 : GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    context.reset(llama_init_from_model(loaded.model.get(), params));
    if (!context)
        throw bad_input(o.model + ": libllama could not make a context (" + last_llama_error() + ")");
    apply_loras(loaded, context.get());
}

std::vector<float> served::logits(const sequence & s) {
    llama_memory_clear(llama_get_memory(context.get()), true);
    llama_batch batch = llama_batch_init((int32_t) s.inputs(), 0, 1);
    batch.n_tokens = (int32_t) s.inputs();
    for (int32_t i = 0; i < batch.n_tokens; i++) {
        batch.token[i] = s.tokens[i];
        batch.pos[i] = i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = s.learns(i + 1);
    }
    const int status = llama_decode(context.get(), batch);
    std::vector<float> all;
    for (int32_t i = 0; status == 0 && i < batch.n_tokens; i++) {
        if (batch.logits[i])
            all.insert(all.end(), llama_get_logits_ith(context.get(), i), llama_get_logits_ith(context.get(), i) + vocabulary);
    }
    llama_batch_free(batch);
    if (status != 0)
        throw bad_input("libllama could not decode a row");
    return all;
}

double logp_at(const float * logits, int64_t n, int32_t target) {
    return logits[target] - summarize_row(n, logits).log_sum;
}

// What the mean difference may be: activations are rounded to half precision, or to 8 bits in blocks, before they meet such weights.
// Rounding is relative: where the answers are far less likely than any guess (a model of random weights with large logits), by as much
// more.
static double bound_of(const model & m, double mean_logp) {
    constexpr double usual = 10.0; // nats a token; a guess among 22,000 tokens
    double bound = 2e-3;
    for (const weights_file::tensor & t : m.file->tensors)
        bound = std::max(bound, t.type == GGML_TYPE_F32 ? 0.0 : t.type == GGML_TYPE_F16 || t.type == GGML_TYPE_BF16 ? 2e-2 : 0.15);
    return bound * std::max(1.0, -mean_logp / usual);
}

// Rows of all lengths, the shortest first, as far as they are cheap
static std::vector<const example *> some_rows(const std::vector<example> & examples) {
    std::vector<const example *> by_length = pointers(examples), chosen;
    std::stable_sort(by_length.begin(), by_length.end(), [](const example * a, const example * b) { return a->inputs() < b->inputs(); });
    int64_t tokens = 0, targets = 0;
    for (int64_t i = 0; i < most_rows; i++) {
        const size_t at = i * by_length.size() / most_rows;
        if (!chosen.empty() && (chosen.back() == by_length[at] || tokens + by_length[at]->inputs() > most_tokens ||
                                targets + by_length[at]->targets() > most_targets))
            continue;
        chosen.push_back(by_length[at]);
        tokens += by_length[at]->inputs();
        targets += by_length[at]->targets();
    }
    return chosen;
}

differences check_served(session & s, const options & o) {
    const std::vector<const example *> chosen = some_rows(s.data.examples);
    int64_t longest = 0;
    for (const example * e : chosen)
        for (const sequence & q : e->sequences)
            longest = std::max(longest, q.inputs());
    served reference(o, *s.net, longest);
    differences d;
    d.rows = (int64_t) chosen.size();
    double logps = 0;
    const int64_t n = s.net->hyper.vocabulary;
    for (const batch & b : s.runner->evaluate(chosen)) {
        size_t row = 0;
        for (const example * e : b.examples) {
            for (const sequence & q : e->sequences) {
                const std::vector<float> theirs = reference.logits(q);
                for (int64_t t = 0; t * n < (int64_t) theirs.size(); t++, row++) {
                    const double logp = logp_at(theirs.data() + t * n, n, b.targets[row]), difference = std::fabs(b.logp[row] - logp);
                    logps += logp;
                    d.mean += difference;
                    d.largest = std::max(d.largest, difference);
                    d.tokens++;
                }
            }
        }
    }
    d.mean /= (double) std::max<int64_t>(1, d.tokens);
    const double bound = bound_of(*s.net, logps / (double) std::max<int64_t>(1, d.tokens));
    if (std::isfinite(d.mean) && d.mean <= bound)
        return d;
    char figures[160];
    snprintf(
        figures, sizeof(figures),
        "the trainer's log-probabilities differ from libllama's by %.3g a token (%.3g at most, %.3g is explained by the weights' type)",
        d.mean, d.largest, bound);
    std::string unread;
    for (const std::string & name : s.net->hyper.unread)
        unread += (unread.empty() ? "; keys of the file that the trainer does not read: " : ", ") + name;
    throw bad_input(o.model + ": " + figures + ": what is trained would not be what is served" + unread);
}

} // namespace train
