// One output row: a finished sample.
#pragma once

#include "request.h"
#include "vocabulary.h"

#include <string>
#include <vector>

struct completion {
    size_t request; // its place in the batch
    size_t index;   // of the sample
    std::string text;
    std::string finish; // stop: end token or stop string; length: cut at max_tokens or the context's end; context, vocabulary: the prompt
                        // does not fit
    size_t prompt_tokens = 0;
    token_ids tokens;            // what was sampled, the end token included
    std::vector<float> logprobs; // of each of them; empty unless asked for
    double seconds = 0;
};

// The row as one line of JSON with its line break.
std::string completion_line(const completion & sample, const request & asked, bool with_logprobs);
