// One input row: a prompt and how to sample from it.
#pragma once

#include "row-tokens.h"

#include <cstdint>
#include <string>
#include <vector>

struct sampling {
    float temperature = 1.0f; // 0: greedy
    int32_t top_k = 0;        // 0: off
    float top_p = 1.0f;
    float min_p = 0.0f;
    float repeat_penalty = 1.0f; // these three over the last 64 tokens, the prompt's included; 1: off
    float presence_penalty = 0.0f;
    float frequency_penalty = 0.0f;
    int32_t max_tokens = 256;
    int32_t reasoning_budget = -1; // most tokens inside the reasoning block, which is then closed for the model; -1: no limit
    std::vector<std::string> stop;
    std::string grammar; // GBNF text; "": none
};

struct request {
    std::string id;              // as JSON: "\"a\"" or 7
    std::string prompt_text;     // as rendered
    token_ids prompt;            // prefix_tokens included
    std::string finish;          // "vocabulary" when the prompt cannot be written in the model's tokens, "" otherwise
    bool opened = false;         // the prompt leaves the reasoning block open: the completion begins inside it
    std::vector<uint32_t> seeds; // one per sample
    sampling settings;
};

// Reads {id?, prompt | messages, prefix_tokens?, template_args?, n?, seeds?, temperature?, ...}; what the row leaves out comes from
// defaults. number: the row's place in its batch from 0, its id when it has none. Throws bad_input with file and line.
request read_request(const json_row & row, const row_tokens & tokens, const sampling & defaults, uint32_t seed, size_t number);
