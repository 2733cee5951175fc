// An answer as the chat template writes it, and what the template loses of a conversation.
#include "chat-template.h"
#include "reasoning-text.h"
#include "run-tool.h"

#include <stdexcept>

// The answer as the template writes the turn, where that goes on from what serving shows and says the same; else "".
std::string chat_template::turn(const opening & start, const common_json & messages, const common_json & answer, const common_json & args,
                                const wrapping & around) const {
    common_json all = messages;
    all.push_back(common_json_value(answer));
    const std::string full = conversation(all, args);
    if (full.compare(0, start.text.size(), start.text) != 0) {
        return "";
    }
    std::string rest = full.substr(start.text.size());
    if (rest.size() >= around.after.size() && rest.compare(rest.size() - around.after.size(), std::string::npos, around.after) == 0) {
        rest.resize(rest.size() - around.after.size());
    }
    if (start.reasoning == block::open && rest.find(reasoning.close) == std::string::npos) {
        return "";
    }
    const answer_parts parts = split_answer(rest, reasoning);
    const std::string wanted = answer.contains("reasoning_content") ? answer.at("reasoning_content").get<std::string>() : "";
    const bool same = trimmed(parts.reasoning) == trimmed(wanted) && holds(parts.content, answer.at("content").get<std::string>());
    return same ? rest : "";
}

chat_template::ending chat_template::completion(const opening & start, const common_json & messages, const common_json & answer,
                                                const common_json & args) const {
    if (!answer.contains("content") || !answer.at("content").is_string()) {
        throw std::invalid_argument("the answer's \"content\" must be a string");
    }
    const std::string content = answer.at("content").get<std::string>();
    const wrapping & around = wrapping_of(args);
    answer_parts parts = split_answer(content, reasoning);
    if (answer.contains("reasoning_content") && answer.at("reasoning_content").is_string()) {
        parts = {answer.at("reasoning_content").get<std::string>(), content, ""};
    }
    if (start.continues) { // from within the turn
        const bool reasons = parts.written.empty() && !trimmed(parts.reasoning).empty();
        if (reasons && start.reasoning != block::open) {
            note("the reasoning of an answer that goes on with a turn is left out");
        }
        return {reasons && start.reasoning == block::open ? parts.reasoning + reasoning.between + content : content, around.after};
    }
    const bool off = args.is_object() && args.contains("enable_thinking") && args.at("enable_thinking") == false;
    if ((off || start.reasoning == block::closed) && !trimmed(parts.reasoning).empty()) {
        note("reasoning is switched off: that of the answers is left out");
        parts = {"", parts.content, ""};
    }
    if (parts.written.empty()) {
        common_json said = answer;
        said["content"] = parts.content;
        if (said.contains("reasoning_content")) {
            said.erase("reasoning_content");
        }
        if (!trimmed(parts.reasoning).empty()) {
            said["reasoning_content"] = parts.reasoning;
        }
        const std::string text = turn(start, messages, said, args, around);
        if (!text.empty()) {
            return {text, around.after};
        }
        // what the model would have to write: its reasoning, where the block is not closed, and the answer
        parts.written = parts.reasoning + reasoning.between + parts.content;
    }
    const bool reasons = start.reasoning == block::open || (start.reasoning == block::none && !trimmed(parts.reasoning).empty());
    if (!reasons) {
        return {around.before + parts.content, around.after};
    }
    if (reasoning.open.empty()) { // a model without such a block
        return {around.before + parts.written, around.after};
    }
    // What the template writes before an answer stands behind the block, and may be what closes it already (channels).
    const bool closes = reasoning.between.size() >= around.before.size() &&
                        reasoning.between.compare(reasoning.between.size() - around.before.size(), std::string::npos, around.before) == 0;
    if (!closes && !trimmed(around.before).empty() && parts.written.size() >= parts.content.size()) {
        parts.written.insert(parts.written.size() - parts.content.size(), around.before);
    }
    return {(start.reasoning == block::open ? "" : reasoning.open + reasoning.after_open) + parts.written, around.after};
}

// Says which kind of message loses something: a template may cut the reasoning of earlier turns, say, or a role that it does not know.
void chat_template::name_losses(const common_json & messages, const std::string & text) const {
    for (size_t i = 0; i < messages.size(); i++) {
        const common_json & message = messages.at(i);
        if (!message.is_object() || !message.contains("role") || !message.at("role").is_string()) {
            continue;
        }
        const std::string role = message.at("role").get<std::string>();
        if (message.contains("content") && message.at("content").is_string()) {
            const answer_parts parts = role == "assistant" ? split_answer(message.at("content").get<std::string>(), reasoning)
                                                           : answer_parts{"", message.at("content").get<std::string>(), ""};
            if (!holds(text, parts.content)) {
                note("the chat template leaves out or changes the content of messages with role " + role);
            }
            if (!holds(text, parts.reasoning)) {
                note("the chat template leaves out the reasoning of earlier turns");
            }
        }
        if (message.contains("reasoning_content") && message.at("reasoning_content").is_string() &&
            !holds(text, message.at("reasoning_content").get<std::string>())) {
            note("the chat template leaves out the reasoning of earlier turns");
        }
    }
}
