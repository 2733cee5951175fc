// Samples a whole batch of requests from a clean state: the result depends on the batch and the options alone.
#pragma once

#include "completion.h"
#include "load-model.h"
#include "request.h"

#include <functional>
#include <vector>

struct batch_options {
    int32_t slots = 32;
    int32_t context = 2048; // most tokens a slot may hold
    int32_t threads = 0;    // 0: all cores
    int32_t batch = 512;
    bool logprobs = false;
    int32_t lookup = 0;             // most tokens guessed ahead by prompt lookup, 0: off
    std::string cache_type = "f16"; // of keys and values
};

// done is called once for every sample as it ends, never from two threads at once. Returns early when interrupted.
void sample_batch(const loaded_model & loaded, const row_tokens & tokens, const batch_options & options,
                  const std::vector<request> & requests, const std::function<void(const completion &)> & done);
