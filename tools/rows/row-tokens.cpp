#include "row-tokens.h"

#include "bad-input.h"
#include "llama.h"
#include "reasoning-text.h"
#include "run-tool.h"

#include <algorithm>
#include <cmath>

row_tokens::row_tokens(const llama_model * model, const std::string & date) : words(llama_model_get_vocab(model)), rendering(model, date) {
    const reasoning_marks & marks = rendering.marks();
    // a model that speaks in channels heads its answers with more marks
    const std::string channel = marks.open.compare(0, 11, "<|channel|>") == 0 ? marks.between : "";
    for (const std::string & text : {marks.open, marks.close, channel}) {
        try {
            words.spell(text);
        } catch (const outside_vocabulary &) { // a model that cannot write the marks has no such block
        }
    }
}

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
        throw bad_row(row.file, row.line, "the messages do not render: " + reason_of(e.what()));
    }
}

row_tokens::opening row_tokens::open_messages(const json_row & row, const common_json & messages) const {
    if (!messages.is_array() || messages.empty()) {
        throw bad_row(row.file, row.line, "messages must be an array of {role, content}, not empty");
    }
    opening opened;
    opened.messages = messages;
    opened.start = in_row(row, [&] { return rendering.prompt(messages, template_args(row)); });
    opened.tokens = words.prompt(opened.start.text);
    return opened;
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
    opening opened;
    opened.start.text = row_string(row, "prompt");
    opened.tokens = words.prompt(opened.start.text);
    opened.start.reasoning = rendering.at_end_of(opened.start.text);
    return opened;
}

token_ids row_tokens::prompt(const json_row & row, std::string * text, chat_template::block * reasoning) const {
    opening opened = open(row);
    if (text) {
        *text = opened.start.text;
    }
    if (reasoning) {
        *reasoning = opened.start.reasoning;
    }
    return opened.tokens;
}

token_ids row_tokens::ids(const json_row & row, const char * key) const {
    const common_json & value = row.json.at(key);
    token_ids result;
    for (size_t i = 0; value.is_array() && i < value.size(); i++) {
        const double number = value.at(i).is_number() ? value.at(i).get<double>() : -1;
        if (!(number >= 0 && number < (double) words.size()) || number != std::floor(number)) {
            break;
        }
        result.push_back((llama_token) number);
    }
    if (!value.is_array() || result.size() != value.size()) {
        throw bad_row(row.file, row.line,
                      "\"" + std::string(key) + "\" must be an array of token ids, whole numbers below " + std::to_string(words.size()));
    }
    return result;
}

token_ids row_tokens::close_text(const opening & opened, const std::string & text) const {
    token_ids tokens = words.continuation(opened.start.text, opened.tokens, text);
    tokens.push_back(words.end(!opened.messages.is_null()));
    return tokens;
}

token_ids row_tokens::close_message(const json_row & row, const opening & opened, const common_json & answer) const {
    const chat_template::ending said =
        in_row(row, [&] { return rendering.completion(opened.start, opened.messages, answer, template_args(row)); });
    token_ids tokens = words.continuation(opened.start.text, opened.tokens, said.text + said.after);
    // Serving stops at the first end token; what the template writes after it (often a line break) is not the model's to say.
    const auto end = std::find_if(tokens.begin(), tokens.end(), [&](llama_token token) { return words.ends_generation(token); });
    if (end == tokens.end()) {
        tokens = words.continuation(opened.start.text, opened.tokens, said.text);
        tokens.push_back(words.end(true));
        return tokens;
    }
    const auto says = [&](llama_token token) { return words.piece(token).find_first_not_of(" \t\r\n") != std::string::npos; };
    if (std::any_of(end + 1, tokens.end(), says)) {
        note("an answer holds an end token in its middle, where serving would stop: what follows it is left out");
    }
    tokens.erase(end + 1, tokens.end());
    return tokens;
}

token_ids row_tokens::close(const json_row & row, const opening & opened, const common_json & answer, const char * key) const {
    const bool text = answer.is_string();
    const bool message = answer.is_array() && answer.size() == 1 && answer.at(0).is_object();
    if (!text && !message) {
        throw bad_row(row.file, row.line, "\"" + std::string(key) + "\" must be a string or an array of one message");
    }
    if (opened.messages.is_null()) {
        if (!text) {
            throw bad_row(row.file, row.line, "\"" + std::string(key) + "\" holds a message, so \"prompt\" must hold messages too");
        }
        return close_text(opened, answer.get<std::string>());
    }
    if (!text) {
        return close_message(row, opened, answer.at(0));
    }
    common_json said = common_json::object();
    said["role"] = "assistant";
    said["content"] = answer.get<std::string>();
    return close_message(row, opened, said);
}

example_tokens row_tokens::example(const json_row & row) const {
    if (row_has(row, "completion_ids")) {
        return {open(row).tokens, ids(row, "completion_ids")};
    }
    const char * key = row_has(row, "response") ? "response" : "completion";
    if (row_has(row, key)) {
        const opening opened = open(row);
        return {opened.tokens, close(row, opened, row.json.at(key), key)};
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
    const opening opened = open_messages(row, before);
    return {opened.tokens, close_message(row, opened, row.json.at("messages").at(before.size()))};
}

pair_tokens row_tokens::pair(const json_row & row) const {
    for (const char * key : {"chosen", "rejected"}) {
        if (!row_has(row, key)) {
            throw bad_row(row.file, row.line,
                          "\"" + std::string(key) + "\" is missing, a preference row needs prompt, chosen and rejected");
        }
    }
    const opening opened = open(row);
    return {opened.tokens, close(row, opened, row.json.at("chosen"), "chosen"), close(row, opened, row.json.at("rejected"), "rejected")};
}

token_ids row_tokens::completion(const json_row & row, const std::string & text) const {
    return close_text(open(row), text);
}
