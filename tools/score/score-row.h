// One row to score and its result.
#pragma once

#include "row-tokens.h"

#include <string>
#include <vector>

struct score_row {
    std::string id;    // as JSON
    token_ids tokens;  // prompt and completion
    size_t first = 0;  // where the completion starts
    std::string error; // "vocabulary", "context", "prompt" (an empty prompt, nothing to condition on); "" when it can be scored

    // Of each completion token given all before it, natural logarithm and nats; filled by score_batch.
    std::vector<float> logprobs;
    std::vector<float> entropies;
    std::vector<char> greedy; // 1: the likeliest token
    token_ids tops;           // the likeliest token
};

// Reads {id?, prompt, response | completion} or {id?, messages}. number: the row's place in its batch. Throws bad_input with file and line.
score_row read_score_row(const json_row & row, const row_tokens & tokens, size_t number);

// The result as one line of JSON with its line break.
std::string score_line(const score_row & row, bool with_logprobs);

// The row itself: the answer's text as llama-sample would write it, both texts with all special tokens spelled out, and ids.
std::string rendered_line(const score_row & row, const vocabulary & words);
