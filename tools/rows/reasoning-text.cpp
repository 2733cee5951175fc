#include "reasoning-text.h"

#include "llama.h"

#include <algorithm>
#include <exception>
#include <iterator>

static const char * white = " \t\r\n";

std::string trimmed(const std::string & text) {
    const size_t first = text.find_first_not_of(white);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::string reason_of(const std::string & what) {
    const size_t exception = what.rfind("Jinja Exception: "), error = what.rfind("Error: ");
    size_t begin = exception != std::string::npos ? exception + 17 : error != std::string::npos ? error + 7 : 0;
    begin = std::min(what.find_first_not_of("-\r\n ", begin), what.size());
    return what.substr(begin, what.find('\n', begin) - begin);
}

bool holds(const std::string & text, const std::string & part) {
    return text.find(trimmed(part)) != std::string::npos;
}

static bool one_token(const llama_vocab * vocab, const std::string & text) {
    llama_token tokens[64];
    try {
        return llama_tokenize(vocab, text.data(), (int32_t) text.size(), tokens, 64, false, true) == 1;
    } catch (const std::exception &) { // a vocabulary without a token for one of its bytes
        return false;
    }
}

static bool starts_with(const std::string & text, const std::string & start, size_t at = 0) {
    return text.compare(at, start.size(), start) == 0;
}

reasoning_marks complete_marks(reasoning_marks m, const std::string & template_text, const llama_vocab * vocab) {
    static const reasoning_marks known[] = {
        {"<think>", "</think>", "\n", "\n</think>\n\n"},
        {"[THINK]", "[/THINK]", "", "[/THINK]"},
        {"<|channel|>analysis<|message|>", "<|end|>", "", "<|end|><|start|>assistant<|channel|>final<|message|>"},
        {"<seed:think>", "</seed:think>", "", "</seed:think>"},
        {"<|START_THINKING|>", "<|END_THINKING|>", "", "<|END_THINKING|><|START_RESPONSE|>"},
        {"<|inner_prefix|>", "<|inner_suffix|>", "", "<|inner_suffix|>"},
        {"\u25c1think\u25b7", "\u25c1/think\u25b7", "", "\u25c1/think\u25b7"},
        {"<|begin_of_thought|>", "<|end_of_thought|>", "\n\n", "\n\n<|end_of_thought|>\n\n"},
    };
    const auto in_template = [&](const reasoning_marks & k) {
        const bool channel = starts_with(k.open, "<|channel|>");
        return template_text.find(channel ? "<|channel|>analysis" : k.open) != std::string::npos ||
               template_text.find(channel ? "<|channel|>analysis" : k.close) != std::string::npos;
    };
    const auto in_vocabulary = [&](const reasoning_marks & k) { return one_token(vocab, k.open) && one_token(vocab, k.close); };
    for (const reasoning_marks & k : known) {
        if (m.open.empty() ? in_template(k) : starts_with(m.open, k.open)) {
            return k;
        }
    }
    for (const reasoning_marks & k : known) { // the template's own come first
        if (m.open.empty() && in_vocabulary(k)) {
            return k;
        }
    }
    if (!m.open.empty()) {
        m.between = m.close;
    }
    return m;
}

reasoning_marks marks_of_prompt(const std::string & prompt, const std::string & template_text) {
    static const char * words[] = {"think", "thought", "reason", "reflect", "analysis", "scratch", "THINK", "THOUGHT", "REASON"};
    const std::string text = trimmed(prompt);
    for (const char * brackets : {"<>", "[]"}) {
        const size_t open = text.rfind(brackets[0]);
        if (text.empty() || text.back() != brackets[1] || open == std::string::npos || open + 2 >= text.size()) {
            continue;
        }
        const std::string mark = text.substr(open), close = mark.substr(0, 1) + "/" + mark.substr(1);
        const bool reasons =
            std::any_of(std::begin(words), std::end(words), [&](const char * word) { return mark.find(word) != std::string::npos; });
        if (reasons && template_text.find(close) != std::string::npos) {
            return {mark, close, "\n", "\n" + close + "\n\n"};
        }
    }
    return {};
}

std::string without_block(const std::string & text, const reasoning_marks & marks) {
    const size_t close = marks.open.empty() ? std::string::npos : text.rfind(marks.close);
    if (close == std::string::npos) {
        return text;
    }
    const size_t after = text.find_first_not_of(white, close + marks.close.size());
    return after == std::string::npos ? "" : text.substr(after);
}

answer_parts split_answer(const std::string & text, const reasoning_marks & marks) {
    const size_t close = marks.open.empty() ? std::string::npos : text.find(marks.close);
    if (close == std::string::npos) {
        return {"", text, ""};
    }
    size_t begin = text.find_first_not_of(white);
    if (starts_with(text, marks.open, begin)) {
        begin += marks.open.size();
        if (starts_with(text, marks.after_open, begin)) {
            begin += marks.after_open.size();
        }
    } else {
        begin = 0; // the prompt has opened the block
    }
    if (close < begin) {
        return {"", text, ""};
    }
    const std::string behind = text.substr(close + marks.close.size());
    const size_t content = behind.find_first_not_of(white);
    return {text.substr(begin, close - begin), content == std::string::npos ? "" : behind.substr(content), text.substr(begin)};
}
