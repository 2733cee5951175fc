#include "completion.h"

#include "json.h"

#include <cstdio>

std::string completion_line(const completion & sample, const request & asked, bool with_logprobs) {
    // text may end inside a character: dump_safe writes U+FFFD for the torn bytes
    std::string line = "{\"id\":" + asked.id + ",\"index\":" + std::to_string(sample.index) +
                       ",\"text\":" + common_json::make(sample.text).dump_safe() + ",\"finish\":\"" + sample.finish +
                       "\",\"prompt_tokens\":" + std::to_string(sample.prompt_tokens) +
                       ",\"completion_tokens\":" + std::to_string(sample.tokens.size());
    if (asked.opened) {
        line += ",\"opened\":true";
    }
    if (with_logprobs) {
        line += ",\"prompt\":" + show_tokens(asked.prompt) + ",\"tokens\":" + show_tokens(sample.tokens) + ",\"logprobs\":[";
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
