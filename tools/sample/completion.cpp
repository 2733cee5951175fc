#include "completion.h"

#include "json.h"

#include <algorithm>
#include <cstdio>

static std::string marks_field(const row_tokens & tokens) {
    const reasoning_marks & marks = tokens.chat().marks();
    return marks.open.empty() ? ""
                              : ",\"reasoning_marks\":[" + common_json::make(marks.open).dump_safe() + "," +
                                    common_json::make(marks.close).dump_safe() + "]";
}

std::string prompt_line(const request & asked, const row_tokens & tokens) {
    return "{\"id\":" + asked.id + ",\"prompt_text\":" + common_json::make(asked.prompt_text).dump_safe() +
           ",\"prompt\":" + show_tokens(asked.prompt) + (asked.finish.empty() ? "" : ",\"finish\":\"" + asked.finish + "\"") +
           (asked.opened ? ",\"opened\":true" : "") + marks_field(tokens) + "}\n";
}

std::string completion_line(const completion & sample, const request & asked, const row_tokens & tokens, bool with_logprobs) {
    // text may end inside a character: dump_safe writes U+FFFD for the torn bytes
    std::string line =
        "{\"id\":" + asked.id + ",\"index\":" + std::to_string(sample.index) + ",\"text\":" + common_json::make(sample.text).dump_safe() +
        ",\"finish\":\"" + sample.finish + "\",\"prompt_tokens\":" + std::to_string(sample.prompt_tokens) +
        ",\"completion_tokens\":" + std::to_string(sample.tokens.size()) +
        ",\"prompt_text\":" + common_json::make(asked.prompt_text).dump_safe() + ",\"ids\":" + show_tokens(sample.tokens, 0, sample.kept);
    if (sample.kept < sample.tokens.size()) {
        line += ",\"cut_ids\":" + show_tokens(sample.tokens, sample.kept);
    }
    line += ",\"forced\":[";
    for (size_t i = 0; i < sample.forced.size() && sample.forced[i].first < sample.kept;
         i++) { // a stop string may end within what was given
        const size_t end = std::min(sample.forced[i].second, sample.kept);
        line += (i ? ",[" : "[") + std::to_string(sample.forced[i].first) + "," + std::to_string(end) + "]";
    }
    line += "]";
    if (asked.opened) {
        line += ",\"opened\":true";
    }
    const reasoning_marks & marks = tokens.chat().marks();
    if (!marks.open.empty()) {
        line +=
            ",\"reasoning_marks\":[" + common_json::make(marks.open).dump_safe() + "," + common_json::make(marks.close).dump_safe() + "]";
    }
    if (with_logprobs) {
        line += ",\"prompt\":" + show_tokens(asked.prompt) + ",\"logprobs\":[";
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
