#include "completion.h"

#include "json.h"

#include <cstdio>

std::string completion_line(const completion & sample, const std::string & id, bool with_logprobs) {
    // text may end inside a character: dump_safe writes U+FFFD for the torn bytes
    std::string line = "{\"id\":" + id + ",\"index\":" + std::to_string(sample.index) + ",\"text\":" + common_json::make(sample.text).dump_safe() +
        ",\"finish\":\"" + sample.finish + "\",\"prompt_tokens\":" + std::to_string(sample.prompt_tokens) +
        ",\"completion_tokens\":" + std::to_string(sample.tokens.size());
    if (with_logprobs) {
        line += ",\"tokens\":[";
        for (size_t i = 0; i < sample.tokens.size(); i++) {
            line += (i ? "," : "") + std::to_string(sample.tokens[i]);
        }
        line += "],\"logprobs\":[";
        for (size_t i = 0; i < sample.logprobs.size(); i++) {
            char number[32];
            std::snprintf(number, sizeof(number), "%s%.9g", i ? "," : "", sample.logprobs[i]);
            line += number;
        }
        line += "]";
    }
    char seconds[48];
    std::snprintf(seconds, sizeof(seconds), ",\"seconds\":%.6f}\n", sample.seconds);
    return line + seconds;
}
