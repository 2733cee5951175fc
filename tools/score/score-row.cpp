#include "score-row.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

score_row read_score_row(const json_row & row, const row_tokens & tokens, size_t number) {
    score_row result;
    result.id = row_has(row, "id") ? row.json.at("id").dump_safe() : std::to_string(number);
    try {
        example_tokens example = tokens.example(row);
        result.tokens = std::move(example.prompt);
        result.first = result.tokens.size();
        result.tokens.insert(result.tokens.end(), example.completion.begin(), example.completion.end());
        if (result.first == 0) {
            result.error = "prompt";
        }
    } catch (const outside_vocabulary &) {
        result.error = "vocabulary";
    }
    return result;
}

static std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof(text), "%.9g", value);
    return std::isfinite(value) ? text : "null"; // JSON has no infinity
}

std::string score_line(const score_row & row, bool with_logprobs) {
    std::string line = "{\"id\":" + row.id;
    if (!row.error.empty()) {
        return line + ",\"error\":\"" + row.error + "\"}\n";
    }
    double sum = 0, entropy = 0;
    for (size_t i = 0; i < row.logprobs.size(); i++) {
        sum += row.logprobs[i];
        entropy += row.entropies[i];
    }
    const double count = (double) row.logprobs.size();
    line += ",\"log_likelihood\":" + number(sum) + ",\"mean_log_likelihood\":" + number(sum / count) +
            ",\"perplexity\":" + number(std::exp(-sum / count)) + ",\"tokens\":" + std::to_string(row.logprobs.size()) +
            ",\"entropy\":" + number(entropy / count) + ",\"greedy_match\":" +
            (std::count(row.greedy.begin(), row.greedy.end(), 1) == (ptrdiff_t) row.greedy.size() ? "true" : "false");
    if (with_logprobs) {
        line += ",\"prompt\":" + show_tokens(row.tokens, 0, row.first) + ",\"completion\":" + show_tokens(row.tokens, row.first) +
                ",\"logprobs\":[";
        for (size_t i = 0; i < row.logprobs.size(); i++) {
            line += (i ? "," : "") + number(row.logprobs[i]);
        }
        line += "],\"top\":" + show_tokens(row.tops, 0, row.tops.size());
    }
    return line + "}\n";
}

static std::string spelled(const vocabulary & words, const token_ids & tokens, size_t begin, size_t end) {
    std::string text;
    for (size_t i = begin; i < end; i++) {
        text += words.spelled(tokens[i]);
    }
    return common_json::make(text).dump_safe();
}

std::string rendered_line(const score_row & row, const vocabulary & words) {
    if (!row.error.empty()) {
        return "{\"id\":" + row.id + ",\"error\":\"" + row.error + "\"}\n";
    }
    std::string text;
    for (size_t i = row.first; i < row.tokens.size(); i++) {
        text += words.piece(row.tokens[i]);
    }
    return "{\"id\":" + row.id + ",\"text\":" + common_json::make(text).dump_safe() +
           ",\"prompt_text\":" + spelled(words, row.tokens, 0, row.first) +
           ",\"completion_text\":" + spelled(words, row.tokens, row.first, row.tokens.size()) +
           ",\"prompt\":" + show_tokens(row.tokens, 0, row.first) + ",\"completion\":" + show_tokens(row.tokens, row.first) + "}\n";
}
