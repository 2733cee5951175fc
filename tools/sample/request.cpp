#include "request.h"

#include "bad-input.h"

#include <algorithm>

// 64-bit FNV-1a over the text, then splitmix64: neighbouring ids and indices give unrelated seeds.
static uint32_t derive_seed(uint32_t seed, const std::string & id, size_t index) {
    uint64_t hash = 14695981039346656037ull;
    for (const char c : std::to_string(seed) + "/" + id + "/" + std::to_string(index)) {
        hash = (hash ^ (unsigned char) c) * 1099511628211ull;
    }
    hash += 0x9e3779b97f4a7c15ull;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ull;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebull;
    return (uint32_t) (hash >> 32);
}

static std::vector<std::string> read_stop(const json_row & row, const std::vector<std::string> & fallback) {
    if (!row_has(row, "stop")) {
        return fallback;
    }
    const common_json & value = row.json.at("stop");
    std::vector<std::string> stop;
    for (size_t i = 0; value.is_array() && i < value.size(); i++) {
        if (value.at(i).is_string() && !value.at(i).get<std::string>().empty()) {
            stop.push_back(value.at(i).get<std::string>());
        }
    }
    if (!value.is_array() || stop.size() != value.size()) {
        throw bad_row(row.file, row.line, "\"stop\" must be an array of strings that are not empty");
    }
    return stop;
}

static std::vector<uint32_t> read_seeds(const json_row & row, uint32_t seed, const std::string & id) {
    const bool given = row_has(row, "seeds") && row.json.at("seeds").is_array();
    const size_t n = (size_t) row_integer_or(row, "n", given ? std::max<int64_t>(1, (int64_t) row.json.at("seeds").size()) : 1, 1, 1000000);
    std::vector<uint32_t> seeds;
    if (!row_has(row, "seeds")) {
        for (size_t i = 0; i < n; i++) {
            seeds.push_back(derive_seed(seed, id, i));
        }
        return seeds;
    }
    const common_json & value = row.json.at("seeds");
    for (size_t i = 0; value.is_array() && i < value.size(); i++) {
        const double number = value.at(i).is_number() ? value.at(i).get<double>() : -1;
        if (number < 0 || number > 4294967295.0 || number != (double) (uint32_t) number) {
            throw bad_row(row.file, row.line, "\"seeds\" must hold whole numbers from 0 to 4294967295");
        }
        seeds.push_back((uint32_t) number);
    }
    if (seeds.empty() || seeds.size() != n) {
        throw bad_row(row.file, row.line,
                      "\"seeds\" must be an array with one seed for each sample, at least one" +
                          (row_has(row, "n") ? ": " + std::to_string(n) : ""));
    }
    return seeds;
}

static float read_number(const json_row & row, const char * key, float fallback, double low, double high) {
    const double value = row_number_or(row, key, fallback);
    if (!(value >= low && value <= high)) {
        char range[64];
        std::snprintf(range, sizeof(range), "from %g to %g", low, high);
        throw bad_row(row.file, row.line, "\"" + std::string(key) + "\" must be " + range);
    }
    return (float) value;
}

request read_request(const json_row & row, const row_tokens & tokens, const sampling & defaults, uint32_t seed, size_t number) {
    request result;
    result.id = row_has(row, "id") ? row.json.at("id").dump_safe() : std::to_string(number);
    sampling & s = result.settings;
    s.temperature = read_number(row, "temperature", defaults.temperature, 0, 100);
    s.top_k = (int32_t) row_integer_or(row, "top_k", defaults.top_k, 0, INT32_MAX);
    s.top_p = read_number(row, "top_p", defaults.top_p, 0, 1);
    s.min_p = read_number(row, "min_p", defaults.min_p, 0, 1);
    s.repeat_penalty = read_number(row, "repeat_penalty", defaults.repeat_penalty, 0.01, 100);
    s.presence_penalty = read_number(row, "presence_penalty", defaults.presence_penalty, -100, 100);
    s.frequency_penalty = read_number(row, "frequency_penalty", defaults.frequency_penalty, -100, 100);
    s.reasoning_budget = (int32_t) row_integer_or(row, "reasoning_budget", defaults.reasoning_budget, -1, INT32_MAX);
    s.max_tokens = (int32_t) row_integer_or(row, "max_tokens", defaults.max_tokens, 1, INT32_MAX);
    s.stop = read_stop(row, defaults.stop);
    s.grammar = row_string_or(row, "grammar", defaults.grammar);
    result.seeds = read_seeds(row, seed, result.id);
    try {
        chat_template::block reasoning = chat_template::block::none;
        if (row_has(row, "prompt") || row_has(row, "messages") || !row_has(row, "prefix_tokens")) {
            result.prompt = tokens.prompt(row, &result.prompt_text, &reasoning);
        }
        if (row_has(row, "prefix_tokens")) {
            std::string text = reasoning == chat_template::block::open ? tokens.chat().marks().open : "";
            for (const llama_token token : tokens.ids(row, "prefix_tokens")) {
                result.prompt.push_back(token);
                text += tokens.vocab().piece(token);
            }
            reasoning = tokens.chat().reasoning_of(text);
        }
        result.opened = reasoning == chat_template::block::open;
    } catch (const outside_vocabulary &) {
        result.finish = "vocabulary";
    }
    return result;
}
