#include "reasoning-text.h"

#include "llama.h"

#include <exception>

static const char * white = " \t\r\n";

std::string trimmed(const std::string & text) {
    const size_t first = text.find_first_not_of(white);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(white) - first + 1);
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
    };
    for (const reasoning_marks & k : known) {
        const bool channel = starts_with(k.open, "<|channel|>");
        const bool used = m.open.empty() && (template_text.find(channel ? "<|channel|>analysis" : k.open) != std::string::npos ||
                                             template_text.find(channel ? "<|channel|>analysis" : k.close) != std::string::npos ||
                                             (one_token(vocab, k.open) && one_token(vocab, k.close)));
        if (used || (!m.open.empty() && starts_with(m.open, k.open))) {
            return k;
        }
    }
    if (!m.open.empty()) {
        m.between = m.close;
    }
    return m;
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
