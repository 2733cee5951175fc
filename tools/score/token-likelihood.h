// What a row of logits says about one token.
#pragma once

#include <cstdint>

struct token_likelihood {
    float logprob; // log softmax(logits)[token]
    float entropy; // of softmax(logits), nats
    bool greedy;   // the token is the likeliest
    int32_t top;   // which token is
};

token_likelihood likelihood_of(const float * logits, int32_t size, int32_t token);
