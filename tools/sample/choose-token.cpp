#include "choose-token.h"

#include <algorithm>
#include <cmath>

token_chooser::token_chooser(const sampling & s, uint32_t seed, const llama_vocab * vocab, grammar_cache & grammars,
                             const token_ids & prompt) :
    temperature(s.temperature),
    state(seed), size(llama_vocab_n_tokens(vocab)) {
    const bool penalize = s.repeat_penalty != 1.0f || s.presence_penalty != 0.0f || s.frequency_penalty != 0.0f;
    const bool truncate = temperature > 0 && (s.top_k > 0 || s.top_p < 1.0f || s.min_p > 0.0f);
    if (penalize || truncate) {
        llama_sampler_chain_params params = llama_sampler_chain_default_params();
        params.no_perf = true;
        truncation.reset(llama_sampler_chain_init(params));
        if (penalize) {
            llama_sampler_chain_add(truncation.get(),
                                    llama_sampler_init_penalties(size, 64, s.repeat_penalty, s.frequency_penalty, s.presence_penalty));
        }
        if (truncate) {
            llama_sampler_chain_add(truncation.get(), llama_sampler_init_top_k(s.top_k));
            llama_sampler_chain_add(truncation.get(), llama_sampler_init_top_p(s.top_p, 1));
            llama_sampler_chain_add(truncation.get(), llama_sampler_init_min_p(s.min_p, 1));
        }
        for (const llama_token token : prompt) {
            llama_sampler_accept(truncation.get(), token);
        }
    }
    if (!s.grammar.empty()) {
        grammar.reset(grammars.clone(s.grammar));
    }
}

// splitmix64: one word of state, so that thousands of sequences start cheaply. Returns [0, 1).
double token_chooser::uniform() {
    uint64_t z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return (double) ((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static thread_local std::vector<float> weights;

// The index drawn in proportion to weights[0..count), whose sum is total. Rounding may leave the last positive one.
static size_t pick(size_t count, double total, double u) {
    double left = u * total;
    size_t last = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] > 0) {
            last = i;
            left -= weights[i];
            if (left < 0) {
                return i;
            }
        }
    }
    return last;
}

llama_token token_chooser::draw(const float * logits) {
    const float * top = std::max_element(logits, logits + size);
    if (temperature <= 0) {
        return (llama_token) (top - logits);
    }
    weights.resize((size_t) size);
    double total = 0;
    for (int32_t i = 0; i < size; i++) {
        total += weights[(size_t) i] = std::exp((logits[i] - *top) / temperature);
    }
    return (llama_token) pick((size_t) size, total, uniform());
}

llama_token token_chooser::draw(const llama_token_data * candidates, size_t count) {
    size_t top = 0;
    for (size_t i = 1; i < count; i++) {
        top = candidates[i].logit > candidates[top].logit ? i : top;
    }
    if (temperature <= 0) {
        return candidates[top].id;
    }
    weights.resize(count);
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        total += weights[i] = std::exp((candidates[i].logit - candidates[top].logit) / temperature);
    }
    return candidates[pick(count, total, uniform())].id;
}

llama_token token_chooser::choose(const float * logits) {
    if (!truncation && !grammar) {
        return draw(logits);
    }
    static thread_local std::vector<llama_token_data> data;
    // constrained: the grammar goes first, over the whole vocabulary, which is slow; so it is only done when a free draw breaks the grammar
    const auto attempt = [&](bool constrained) -> llama_token {
        data.resize((size_t) size);
        for (llama_token token = 0; token < size; token++) {
            data[(size_t) token] = {token, logits[token], 0.0f};
        }
        llama_token_data_array candidates = {data.data(), data.size(), -1, false};
        if (constrained) {
            llama_sampler_apply(grammar.get(), &candidates);
            if (std::none_of(data.begin(), data.end(), [](const llama_token_data & one) { return std::isfinite(one.logit); })) {
                return (llama_token) LLAMA_TOKEN_NULL;
            }
        }
        if (truncation) {
            llama_sampler_apply(truncation.get(), &candidates);
        }
        return draw(candidates.data, candidates.size);
    };
    llama_token token = attempt(false);
    if (grammar) {
        llama_token_data one = {token, 1.0f, 0.0f};
        llama_token_data_array single = {&one, 1, -1, false};
        llama_sampler_apply(grammar.get(), &single);
        if (std::isinf(one.logit)) {
            token = attempt(true);
        }
        if (token == LLAMA_TOKEN_NULL) {
            return token;
        }
        llama_sampler_accept(grammar.get(), token);
    }
    if (truncation) {
        llama_sampler_accept(truncation.get(), token);
    }
    return token;
}

void token_chooser::accept(llama_token token) {
    if (truncation) {
        llama_sampler_accept(truncation.get(), token);
    }
}

float log_probability(const float * logits, int32_t size, llama_token token) {
    const float top = *std::max_element(logits, logits + size);
    double total = 0;
    for (int32_t i = 0; i < size; i++) {
        total += std::exp(logits[i] - top);
    }
    return (float) ((double) logits[token] - top - std::log(total));
}
