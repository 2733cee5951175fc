#include "read-row.h"
#include "bad-input.h"
#include <algorithm>
#include <cmath>

namespace train {

double row_weight(const json_row & row) {
    const double weight = row_number_or(row, "weight", 1.0);
    if (!(weight >= 0.0 && weight < 1e9))
        throw bad_row(row.file, row.line, "\"weight\" must be a number from 0 up");
    return weight;
}

sequence join(const token_ids & prompt, const token_ids & completion, const std::vector<span> & forced) {
    sequence s;
    s.tokens = prompt;
    s.tokens.insert(s.tokens.end(), completion.begin(), completion.end());
    s.answer = (int64_t) prompt.size();
    s.weights.assign(prompt.size(), 0.0f);
    s.weights.resize(s.tokens.size(), 1.0f);
    for (const span & f : forced)
        std::fill(s.weights.begin() + s.answer + f.first, s.weights.begin() + s.answer + f.last, 0.0f);
    return s;
}

static int64_t whole(const json_row & row, const common_json & value, const std::string & key, int64_t low, int64_t high) {
    const double number = value.is_number() ? value.get<double>() : -1.0;
    if (!(number >= (double) low && number <= (double) high) || number != std::floor(number))
        throw bad_row(row.file, row.line,
                      "\"" + key + "\" must hold whole numbers from " + std::to_string(low) + " to " + std::to_string(high));
    return (int64_t) number;
}

token_ids ids_of(const json_row & row, const common_json & value, const std::string & key, const row_tokens & tokens) {
    if (!value.is_array())
        throw bad_row(row.file, row.line, "\"" + key + "\" must be an array of token ids");
    token_ids ids;
    for (size_t i = 0; i < value.size(); i++)
        ids.push_back((llama_token) whole(row, value.at(i), key, 0, (int64_t) tokens.vocab().size() - 1));
    return ids;
}

std::vector<span> spans_of(const json_row & row, const common_json & value, const std::string & key, int64_t length) {
    if (!value.is_array())
        throw bad_row(row.file, row.line, "\"" + key + "\" must be an array of [first, last) spans");
    std::vector<span> spans;
    for (size_t i = 0; i < value.size(); i++) {
        if (!value.at(i).is_array() || value.at(i).size() != 2)
            throw bad_row(row.file, row.line, "\"" + key + "\" must be an array of [first, last) spans");
        const int64_t first = whole(row, value.at(i).at(0), key, 0, INT32_MAX), last = whole(row, value.at(i).at(1), key, first, INT32_MAX);
        if (last > length)
            throw unfit_row("\"" + key + "\" ends at " + std::to_string(last) + " of " + std::to_string(length) +
                            " tokens, cut it to them");
        spans.push_back({first, last});
    }
    return spans;
}

std::vector<float> logprobs_of(const json_row & row, const common_json & value, size_t length) {
    if (value.is_array() && value.size() != length)
        throw unfit_row("\"logprobs\" holds " + std::to_string(value.size()) + " numbers for " + std::to_string(length) +
                        " tokens, write one a token");
    std::vector<float> all;
    for (size_t i = 0; i < length; i++) {
        if (!value.is_array() || !value.at(i).is_number())
            throw bad_row(row.file, row.line, "\"logprobs\" must be an array of numbers, one a token");
        all.push_back((float) value.at(i).get<double>());
    }
    return all;
}

static sequence read_ids(const json_row & row, const row_tokens & tokens, const token_ids & prompt, const char * key, const char * forced) {
    const token_ids ids = ids_of(row, row.json.at(key), key, tokens);
    return join(prompt, ids, row_has(row, forced) ? spans_of(row, row.json.at(forced), forced, (int64_t) ids.size()) : std::vector<span>());
}

// One sequence after another: a turn whose prompt goes on from the last sequence is added to it.
static void add_turn(std::vector<sequence> & all, sequence next) {
    if (!all.empty()) {
        const sequence & before = all.back();
        if ((int64_t) before.tokens.size() <= next.answer && std::equal(before.tokens.begin(), before.tokens.end(), next.tokens.begin())) {
            std::copy(before.weights.begin(), before.weights.end(), next.weights.begin());
            all.back() = std::move(next);
            return;
        }
    }
    all.push_back(std::move(next));
}

static std::vector<sequence> read_all_turns(const json_row & row, const row_tokens & tokens) {
    const common_json & messages = row.json.at("messages");
    std::vector<sequence> all;
    json_row turn = row;
    common_json & kept = turn.json.at("messages");
    kept = common_json::array();
    for (size_t i = 0; messages.is_array() && i < messages.size(); i++) {
        kept.push_back(common_json_value(messages.at(i)));
        const common_json & message = messages.at(i);
        if (kept.size() < 2 || !message.is_object() || message.value("role", "") != "assistant")
            continue;
        const example_tokens ids = tokens.example(turn);
        add_turn(all, join(ids.prompt, ids.completion));
    }
    if (all.empty())
        throw bad_row(row.file, row.line, "\"messages\" has no assistant turn after another message, there is nothing to learn");
    return all;
}

static std::vector<sequence> read_turns(const json_row & row, const row_tokens & tokens, turns which) {
    if (row_has(row, "completion_ids"))
        return {read_ids(row, tokens, tokens.prompt(row), "completion_ids", "forced")};
    if (which == turns::all && row_has(row, "messages") && !row_has(row, "completion") && !row_has(row, "response"))
        return read_all_turns(row, tokens);
    const example_tokens ids = tokens.example(row);
    return {join(ids.prompt, ids.completion)};
}

std::vector<sequence> read_row(const json_row & row, const row_tokens & tokens, turns which, double prompt_weight) {
    std::vector<sequence> all = read_turns(row, tokens, which);
    for (sequence & s : all)
        for (int64_t t = 0; prompt_weight > 0 && t < s.answer; t++)
            s.weights[t] = std::max(s.weights[t], (float) prompt_weight);
    return all;
}

std::vector<sequence> read_pair(const json_row & row, const row_tokens & tokens) {
    if (row_has(row, "chosen_ids") && row_has(row, "rejected_ids")) {
        const token_ids prompt = tokens.prompt(row);
        return {read_ids(row, tokens, prompt, "chosen_ids", "chosen_forced"),
                read_ids(row, tokens, prompt, "rejected_ids", "rejected_forced")};
    }
    const pair_tokens ids = tokens.pair(row);
    return {join(ids.prompt, ids.chosen), join(ids.prompt, ids.rejected)};
}

} // namespace train
