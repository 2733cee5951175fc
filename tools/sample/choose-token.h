// Draws one sequence's tokens from logits: penalties, truncation and grammar by llama.cpp's samplers, temperature and draw here.
#pragma once

#include "grammar-cache.h"
#include "request.h"

class token_chooser {
  public:
    token_chooser(const sampling & settings, uint32_t seed, const llama_vocab * vocab, grammar_cache & grammars, const token_ids & prompt);

    // The next token for logits[vocabulary size]. The choice depends on the settings, the seed and the logits so far, on nothing else.
    // LLAMA_TOKEN_NULL: the grammar lets nothing follow.
    llama_token choose(const float * logits);

    // Takes note of a token that was not drawn but given.
    void accept(llama_token token);

  private:
    llama_token draw(const llama_token_data * candidates, size_t count);
    llama_token draw(const float * logits);
    double uniform();

    float temperature;
    uint64_t state;
    int32_t size;                 // of the vocabulary
    llama_sampler_ptr truncation; // penalties, top-k, top-p, min-p; null when all are off
    llama_sampler_ptr grammar;    // null when there is none
};

// log softmax(logits)[token]: under the model itself, at temperature 1 and without truncation.
float log_probability(const float * logits, int32_t size, llama_token token);
