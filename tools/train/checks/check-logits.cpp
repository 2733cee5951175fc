#include "check-logits.h"
#include "../graph/kernels.h"
#include "../run/session.h"
#include "bad-input.h"
#include "switch-off.h"
#include <cmath>

namespace train {

static std::vector<float> reference_logits(llama_context * context, const sequence & s, int64_t vocabulary) {
    llama_memory_clear(llama_get_memory(context), true);
    llama_batch batch = llama_batch_init((int32_t) s.inputs(), 0, 1);
    batch.n_tokens = (int32_t) s.inputs();
    for (int32_t i = 0; i < batch.n_tokens; i++) {
        batch.token[i] = s.tokens[i];
        batch.pos[i] = i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = s.learns(i + 1);
    }
    const int status = llama_decode(context, batch);
    std::vector<float> all;
    for (int32_t i = 0; status == 0 && i < batch.n_tokens; i++) {
        if (batch.logits[i])
            all.insert(all.end(), llama_get_logits_ith(context, i), llama_get_logits_ith(context, i) + vocabulary);
    }
    llama_batch_free(batch);
    if (status != 0)
        throw bad_input("libllama could not decode a row");
    return all;
}

// log-softmax of a row at one token
static double logp_at(const float * logits, int64_t n, int32_t target) {
    return logits[target] - summarize_row(n, logits).log_sum;
}

int check_logits(const options & o) {
    session s(o);
    if (!o.without.empty())
        switch_off(*s.net, o.without, s.rope, s.longest);
    std::vector<std::string> adapters;
    if (!o.lora_init.empty())
        adapters.push_back(o.lora_init);
    const loaded_model loaded = load_model({o.model, adapters, 0, false, false});
    llama_context_params params = llama_context_default_params();
    params.n_ctx = (uint32_t) std::max<int64_t>({32, s.longest, s.net->hyper.serving_context});
    params.n_batch = params.n_ubatch = (uint32_t) std::max<int64_t>(32, s.longest);
    params.n_threads = params.n_threads_batch = 1;
    params.type_k = params.type_v = GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    const llama_context_ptr context(llama_init_from_model(loaded.model.get(), params));
    if (!context)
        throw bad_input("libllama could not make a context");
    apply_loras(loaded, context.get());

    double difference = 0, largest = 0, logp_sum = 0, logp_largest = 0;
    int64_t tokens = 0;
    const int64_t n = s.net->hyper.vocabulary;
    for (const example & e : s.data.examples) {
        batch rows = make_batch({&e}, true);
        std::vector<float> ours, theirs;
        s.runner->workers[0]->evaluate(rows, &ours);
        for (const sequence & q : e.sequences) {
            const auto part = reference_logits(context.get(), q, n);
            theirs.insert(theirs.end(), part.begin(), part.end());
        }
        for (size_t i = 0; i < ours.size(); i++) {
            difference = std::max(difference, (double) std::fabs(ours[i] - theirs[i]));
            largest = std::max(largest, (double) std::fabs(theirs[i]));
        }
        for (size_t r = 0; r < rows.targets.size(); r++, tokens++) {
            const double d = std::fabs(rows.logp[r] - logp_at(theirs.data() + r * n, n, rows.targets[r]));
            logp_sum += d;
            logp_largest = std::max(logp_largest, d);
        }
    }
    const json line = {{"rows", s.data.examples.size()},
                       {"largest_difference", difference},
                       {"largest_logit", largest},
                       {"tokens", tokens},
                       {"mean_logp_difference", logp_sum / (double) std::max<int64_t>(1, tokens)},
                       {"largest_logp_difference", logp_largest}};
    printf("%s\n", line.dump().c_str());
    return 0;
}

} // namespace train
