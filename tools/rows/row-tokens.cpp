#include "row-tokens.h"

#include "bad-input.h"
#include "llama.h"

#include <algorithm>

row_tokens::row_tokens(const llama_model * model) : words(llama_model_get_vocab(model)), chat(model) {}

static common_json template_args(const json_row & row) {
    if (!row_has(row, "template_args")) {
        return common_json();
    }
    if (!row.json.at("template_args").is_object()) {
        throw bad_row(row.file, row.line, "\"template_args\" must be an object, such as {\"enable_thinking\": false}");
    }
    return row.json.at("template_args");
}

// Runs a rendering step; its errors name the row. outside_vocabulary passes through.
template <typename F>
static auto in_row(const json_row & row, F && step) {
    try {
        return step();
    } catch (const outside_vocabulary &) {
        throw;
    } catch (const std::exception & e) {
        std::string what = e.what();
        throw bad_row(row.file, row.line, "the messages do not render: " + what.substr(0, what.find('\n')));
    }
}

row_tokens::opening row_tokens::open_messages(const json_row & row, const common_json & messages) const {
    if (!messages.is_array() || messages.empty()) {
        throw bad_row(row.file, row.line, "messages must be an array of {role, content}, not empty");
    }
    opening start;
    start.messages = messages;
    start.text = in_row(row, [&] { return chat.prompt(messages, template_args(row)); });
    start.tokens = words.prompt(start.text);
    return start;
}

row_tokens::opening row_tokens::open(const json_row & row) const {
    if (row_has(row, "messages")) {
        return open_messages(row, row.json.at("messages"));
    }
    if (row_has(row, "prompt") && row.json.at("prompt").is_array()) {
        return open_messages(row, row.json.at("prompt"));
    }
    if (!row_has(row, "prompt")) {
        throw bad_row(row.file, row.line, "a row needs \"prompt\" or \"messages\"");
    }
    opening start;
    start.text = row_string(row, "prompt");
    start.tokens = words.prompt(start.text);
    return start;
}

token_ids row_tokens::prompt(const json_row & row, std::string * text) const {
    opening start = open(row);
    if (text) {
        *text = start.text;
    }
    return start.tokens;
}

token_ids row_tokens::close_text(const opening & start, const std::string & text) const {
    token_ids tokens = words.continuation(start.text, start.tokens, text);
    tokens.push_back(words.end(!start.messages.is_null()));
    return tokens;
}

token_ids row_tokens::close_messages(const json_row & row, const opening & start, const common_json & conversation) const {
    const std::string full = in_row(row, [&] { return chat.conversation(conversation, template_args(row)); });
    if (full.compare(0, start.text.size(), start.text) != 0) {
        // The template writes a past turn unlike one in the making (it drops the thinking, say): train what the model itself would have to
        // write.
        const common_json & last = conversation.at(conversation.size() - 1);
        if (!last.contains("content") || !last.at("content").is_string()) {
            throw bad_row(row.file, row.line, "the answer's \"content\" must be a string for this chat template");
        }
        return close_text(start, last.at("content").get<std::string>());
    }
    token_ids tokens = words.continuation(start.text, start.tokens, full.substr(start.text.size()));
    // What the template writes after the end of the turn (often a line break) is not the model's to say.
    const auto end = std::find_if(tokens.rbegin(), tokens.rend(), [&](llama_token token) { return words.ends_generation(token); });
    if (end == tokens.rend()) {
        tokens.push_back(words.end(true));
    } else {
        tokens.erase(end.base(), tokens.end());
    }
    return tokens;
}

token_ids row_tokens::close(const json_row & row, const opening & start, const common_json & answer, const char * key) const {
    const bool text = answer.is_string();
    if (!text && !(answer.is_array() && !answer.empty())) {
        throw bad_row(row.file, row.line, "\"" + std::string(key) + "\" must be a string or an array of messages");
    }
    if (start.messages.is_null()) {
        if (!text) {
            throw bad_row(row.file, row.line, "\"" + std::string(key) + "\" holds messages, so \"prompt\" must hold messages too");
        }
        return close_text(start, answer.get<std::string>());
    }
    common_json conversation = start.messages;
    if (text) {
        conversation.push_back({{"role", "assistant"}, {"content", answer.get<std::string>()}});
    } else {
        conversation.insert(answer);
    }
    return close_messages(row, start, conversation);
}

example_tokens row_tokens::example(const json_row & row) const {
    const char * key = row_has(row, "response") ? "response" : "completion";
    if (row_has(row, key)) {
        const opening start = open(row);
        return {start.tokens, close(row, start, row.json.at(key), key)};
    }
    if (!row_has(row, "messages")) {
        throw bad_row(row.file, row.line, "a row needs \"prompt\" and \"completion\", or \"messages\"");
    }
    common_json before = row.json.at("messages");
    if (!before.is_array() || before.size() < 2 || !before.at(before.size() - 1).is_object() ||
        before.at(before.size() - 1).value("role", "") != "assistant") {
        throw bad_row(row.file, row.line, "\"messages\" must end with an assistant turn, after at least one other message");
    }
    before.erase(before.size() - 1);
    const opening start = open_messages(row, before);
    return {start.tokens, close_messages(row, start, row.json.at("messages"))};
}

pair_tokens row_tokens::pair(const json_row & row) const {
    for (const char * key : {"chosen", "rejected"}) {
        if (!row_has(row, key)) {
            throw bad_row(row.file, row.line,
                          "\"" + std::string(key) + "\" is missing, a preference row needs prompt, chosen and rejected");
        }
    }
    const opening start = open(row);
    return {start.tokens, close(row, start, row.json.at("chosen"), "chosen"), close(row, start, row.json.at("rejected"), "rejected")};
}

token_ids row_tokens::completion(const json_row & row, const std::string & text) const {
    return close_text(open(row), text);
}
