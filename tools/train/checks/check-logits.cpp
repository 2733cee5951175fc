#include "check-logits.h"
#include "../run/session.h"
#include "bad-input.h"
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

int check_logits(const options & o) {
    session s(o);
    std::vector<std::string> adapters;
    if (!o.lora_init.empty())
        adapters.push_back(o.lora_init);
    const loaded_model loaded = load_model({o.model, adapters, 0, false, false});
    llama_context_params params = llama_context_default_params();
    params.n_ctx = params.n_batch = params.n_ubatch = (uint32_t) std::max<int64_t>(32, s.longest);
    params.n_threads = params.n_threads_batch = 1;
    params.type_k = params.type_v = GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    const llama_context_ptr context(llama_init_from_model(loaded.model.get(), params));
    if (!context)
        throw bad_input("libllama could not make a context");
    apply_loras(loaded, context.get());

    double difference = 0, largest = 0;
    for (const example & e : s.data.examples) {
        batch rows = make_batch({&e}, true);
        std::vector<float> ours, theirs;
        s.runner->workers[0]->evaluate(rows, &ours);
        for (const sequence & q : e.sequences) {
            const auto part = reference_logits(context.get(), q, s.net->hyper.vocabulary);
            theirs.insert(theirs.end(), part.begin(), part.end());
        }
        for (size_t i = 0; i < ours.size(); i++) {
            difference = std::max(difference, (double) std::fabs(ours[i] - theirs[i]));
            largest = std::max(largest, (double) std::fabs(theirs[i]));
        }
    }
    const json line = {{"rows", s.data.examples.size()}, {"largest_difference", difference}, {"largest_logit", largest}};
    printf("%s\n", line.dump().c_str());
    return 0;
}

} // namespace train
