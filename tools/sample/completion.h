// One output row: a finished sample.
#pragma once

#include "request.h"
#include "vocabulary.h"

#include <string>
#include <utility>
#include <vector>

struct completion {
    size_t request; // its place in the batch
    size_t index;   // of the sample
    std::string text;
    std::string finish; // stop: end token or stop string; length: cut at max_tokens or the context's end; grammar: nothing may follow by
                        // the grammar, though it is not done; context, vocabulary: the prompt does not fit
    size_t prompt_tokens = 0;
    token_ids tokens; // what was generated, the end token and a cut-off stop string included
    size_t kept = 0;  // how many of them the text comes from: the rest holds the stop string, from the token it begins in
    std::vector<std::pair<size_t, size_t>> forced; // [first, end) spans of tokens that were given, not drawn
    std::vector<float> logprobs;                   // of each of them; empty unless asked for
    double seconds = 0;
};

// A request's prompt as a line of JSON with its line break.
std::string prompt_line(const request & asked, const row_tokens & tokens);

// The row as one line of JSON with its line break.
std::string completion_line(const completion & sample, const request & asked, const row_tokens & tokens, bool with_logprobs);
