#include "chat-template.h"

#include "bad-input.h"
#include "chat.h"
#include "freeze-date.h"
#include "reasoning-text.h"
#include "run-tool.h"
#include "watch-template.h"

#include <algorithm>
#include <stdexcept>

// Bytes that a template may write of its own; of each that it is given it may write eight.
static constexpr size_t most_added = 1 << 20;

void chat_template::deleter::operator()(common_chat_templates * templates) const {
    common_chat_templates_free(templates);
}

chat_template::~chat_template() = default;

chat_template::chat_template(const llama_model * model, const std::string & date) {
    const watch_template watch;
    templates.reset(common_chat_templates_init(model, "").release());
    source = common_chat_templates_source(templates.get());
    if (!date.empty()) {
        now = seconds_of(date);
        const std::string frozen = freeze_date(source, now);
        if (frozen != source) {
            templates.reset(common_chat_templates_init(model, frozen).release());
        }
    }
    const auto caps = common_chat_templates_get_caps(templates.get());
    const auto system = caps.find("supports_system_role");
    supports_system = system == caps.end() || system->second;
    for (const char * use : {"if thinking", "and thinking", "or thinking", "not thinking", "(thinking"}) {
        thinking_variable = thinking_variable || source.find(use) != std::string::npos;
    }
    find_marks(model);

    // common_chat_templates_apply analyses the template anew and builds an output parser on every call, which costs a hundred
    // times the rendering itself. Where rendering without that gives the same text on a conversation with all roles, it is used.
    const common_json probe = common_json::parse(R"([
        {"role": "system", "content": " S "}, {"role": "user", "content": " u1 "},
        {"role": "assistant", "content": " a1 ", "reasoning_content": " r1 "},
        {"role": "user", "content": " u2 "}, {"role": "assistant", "content": "<think>\nr2\n</think>\n\na2", "reasoning_content": "r3"}])");
    try {
        const common_json none;
        const std::string full = conversation(probe, none);
        plain = true;
        plain = full == conversation(probe, none);
    } catch (const std::exception &) {
        plain = false; // a template that refuses some role: always the full way
    }
}

std::string chat_template::render(common_chat_templates_inputs & inputs, const common_json & args) const {
    inputs.use_jinja = true;
    inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK; // llama-server's default
    inputs.enable_thinking = supports_thinking;
    inputs.force_pure_content =
        plain && inputs.continue_final_message == COMMON_CHAT_CONTINUATION_NONE; // as llama-server: it writes what is gone on with
    if (now >= 0) {
        for (const auto & [name, day] : date_variables(now)) {
            inputs.chat_template_kwargs[name] = common_json(day).dump();
        }
    }
    if (args.is_object()) {
        for (const auto & [key, value] : args.items()) {
            inputs.chat_template_kwargs[key] = value.dump();
        }
        if (args.contains("enable_thinking")) {
            if (!args.at("enable_thinking").is_boolean()) {
                throw std::invalid_argument("template argument enable_thinking must be true or false");
            }
            inputs.enable_thinking = args.at("enable_thinking").get<bool>();
            if (thinking_variable && !args.contains("thinking")) { // Granite's and DeepSeek's name for it
                inputs.chat_template_kwargs["thinking"] = inputs.enable_thinking ? "true" : "false";
            }
        }
    }
    const watch_template watch;
    std::string text = common_chat_templates_apply(templates.get(), inputs).prompt;
    size_t given = 0;
    for (const common_chat_msg & message : inputs.messages) {
        given += message.content.size() + message.reasoning_content.size() + 100;
        for (const common_chat_msg_content_part & part : message.content_parts) {
            given += part.text.size();
        }
        for (const common_chat_tool_call & call : message.tool_calls) {
            given += call.arguments.size();
        }
    }
    for (const auto & [key, value] : inputs.chat_template_kwargs) {
        given += value.size();
    }
    if (text.size() > most_added + 8 * given) {
        throw bad_input("its chat template makes " + std::to_string(text.size()) + " bytes of " + std::to_string(given) +
                        ": mend the key tokenizer.chat_template, or take the model from elsewhere");
    }
    return text;
}

static common_json one_message(const char * role, const std::string & content) {
    common_json message = common_json::object();
    message["role"] = std::string(role);
    message["content"] = content;
    return message;
}

static common_json list_of(std::initializer_list<common_json> messages) {
    common_json list = common_json::array();
    for (const common_json & message : messages) {
        list.push_back(common_json_value(message));
    }
    return list;
}

std::string chat_template::conversation(const common_json & messages, const common_json & args) const {
    common_chat_templates_inputs inputs;
    inputs.messages = common_chat_msgs_parse_oaicompat(messages);
    inputs.add_generation_prompt = false;
    return render(inputs, args);
}

std::string chat_template::opened_turn(const common_json & messages, const common_json & args) const {
    common_chat_templates_inputs inputs;
    inputs.messages = common_chat_msgs_parse_oaicompat(messages);
    return render(inputs, args);
}

static size_t common_prefix(const std::string & a, const std::string & b) {
    return (size_t) (std::mismatch(a.begin(), a.begin() + (ptrdiff_t) std::min(a.size(), b.size()), b.begin()).first - a.begin());
}

// The marks: what llama.cpp finds in the template, else those of the known ones that the template or the vocabulary holds.
void chat_template::find_marks(const llama_model * model) {
    common_chat_templates_inputs inputs;
    inputs.messages = common_chat_msgs_parse_oaicompat(list_of({one_message("user", "test")}));
    inputs.enable_thinking = true;
    inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
    inputs.use_jinja = true;
    common_chat_params params;
    try {
        params = common_chat_templates_apply(templates.get(), inputs);
    } catch (const std::exception & e) {
        throw bad_input("the model's chat template refuses a user's message: " + reason_of(e.what()) +
                        ", mend the key tokenizer.chat_template");
    }
    supports_thinking = params.supports_thinking;
    if (!params.thinking_start_tag.empty() && !params.thinking_end_tags.empty()) {
        reasoning.open = params.thinking_start_tag;
        reasoning.close = params.thinking_end_tags.front();
    }
    reasoning = complete_marks(reasoning, source, llama_model_get_vocab(model));
    if (reasoning.open.empty()) { // no known one: a tag that the template leaves open and names closed
        reasoning = marks_of_prompt(params.prompt, source);
    }
    if (reasoning.open.empty()) {
        return;
    }
    // what stands around a reasoning in this template, where it writes one
    static const std::string r = "7q3Rz", c = "8w5Cz";
    try {
        common_json answer = one_message("assistant", c);
        answer["reasoning_content"] = r;
        common_json args = common_json::object();
        args["enable_thinking"] = true;
        const std::string text = conversation(list_of({one_message("user", "test"), answer}), args);
        const size_t at = text.find(r), then = text.find(c);
        const size_t open = at == std::string::npos ? std::string::npos : text.rfind(reasoning.open, at);
        if (open != std::string::npos && then != std::string::npos && then > at) {
            const std::string between = text.substr(at + r.size(), then - at - r.size());
            if (between.find(reasoning.close) != std::string::npos) {
                reasoning.after_open = text.substr(open + reasoning.open.size(), at - open - reasoning.open.size());
                reasoning.between = between;
            }
        }
    } catch (const std::exception &) { // a template that does not render this: the marks' usual surroundings stand
    }
}

chat_template::block chat_template::reasoning_of(const std::string & turn) const {
    const size_t open = reasoning.open.empty() ? std::string::npos : turn.rfind(reasoning.open);
    const size_t close = reasoning.open.empty() ? std::string::npos : turn.rfind(reasoning.close);
    if (close != std::string::npos && (open == std::string::npos || close > open)) {
        return block::closed;
    }
    return open == std::string::npos ? block::none : block::open;
}

chat_template::block chat_template::at_end_of(const std::string & text) const {
    const size_t length = text.find_last_not_of(" \t\r\n") + 1;
    const auto ends_with = [&](const std::string & mark) {
        return !mark.empty() && length >= mark.size() && text.compare(length - mark.size(), mark.size(), mark) == 0;
    };
    return ends_with(reasoning.open) ? block::open : ends_with(reasoning.close) ? block::closed : block::none;
}

chat_template::opening chat_template::prompt(const common_json & messages, const common_json & args) const {
    common_chat_templates_inputs inputs;
    inputs.messages = common_chat_msgs_parse_oaicompat(messages);
    opening start;
    start.continues = !inputs.messages.empty() && inputs.messages.back().role == "assistant";
    if (start.continues) {
        inputs.continue_final_message = COMMON_CHAT_CONTINUATION_AUTO;
        inputs.add_generation_prompt = false;
    }
    if (!supports_system && !inputs.messages.empty() && inputs.messages.front().role == "system") {
        note("the chat template knows no system message: it is put before the first user's message");
    }
    start.text = render(inputs, args);
    name_losses(messages, start.text);
    const std::string header = header_of(args);
    std::string own; // what stands in the assistant's turn already
    if (start.continues) {
        common_json before = messages;
        before.erase(before.size() - 1);
        const std::string shorter = before.empty() ? "" : opened_turn(before, args);
        own = start.text.substr(common_prefix(start.text, shorter));
        const std::string opened = shorter.substr(std::min(shorter.size(), common_prefix(shorter, conversation(before, args))));
        own = opened + own;
        if (start.text.compare(0, shorter.size(), shorter) == 0) {
            start.text.insert(shorter.size(), header);
        }
    } else {
        start.text += header;
        own = start.text.substr(common_prefix(start.text, conversation(messages, args)));
    }
    start.reasoning = at_end_of(start.text);
    if (start.reasoning == block::none) {
        start.reasoning = reasoning_of(own);
    }
    return start;
}

// A template that writes the same with and without a generation prompt opens the assistant's turn at every end, also behind an answer
// (Command R7B), or never.
bool chat_template::opens_always(const std::string & after, const common_json & args) const {
    const std::string c = "8w5Cz";
    const common_json asked = one_message("user", "test");
    try {
        const std::string text = conversation(list_of({asked, one_message("assistant", c), asked}), args);
        const size_t at = text.rfind(c);
        return at == std::string::npos || text.compare(at + c.size(), after.size(), after) != 0;
    } catch (const std::exception &) { // not to be told
        return true;
    }
}

// What the template writes around the answer 8w5Cz.
const chat_template::wrapping & chat_template::wrapping_of(const common_json & args) const {
    const std::string key = args.dump();
    const auto known = wrappings.find(key);
    if (known != wrappings.end()) {
        return known->second;
    }
    wrapping around;
    const std::string c = "8w5Cz";
    const common_json asked = list_of({one_message("user", "test")});
    const std::string start = opened_turn(asked, args);
    const std::string full = conversation(list_of({one_message("user", "test"), one_message("assistant", c)}), args);
    const size_t at = full.rfind(c);
    if (at != std::string::npos) {
        size_t same = std::min(common_prefix(start, full), at);
        for (const std::string & mark : {reasoning.open, reasoning.close}) { // two marks that begin alike are two marks
            const size_t begun = mark.empty() ? std::string::npos : start.rfind(mark, same);
            same = begun != std::string::npos && begun + mark.size() > same ? begun : same;
        }
        // Where the two part before the prompt's end, it is by a reasoning block, or the template opens a turn in two ways.
        const bool goes_on = same == start.size() || reasoning_of(start.substr(same)) != block::none;
        around.before = goes_on ? full.substr(same, at - same) : "";
        around.after = full.substr(at + c.size());
        if (goes_on && start == conversation(asked, args) && !opens_always(around.after, args)) {
            const size_t end = reasoning.open.empty() ? std::string::npos : around.before.find(reasoning.open);
            const std::string opens = around.before.substr(0, end);
            around.header = trimmed(opens).empty() ? "" : opens;
            around.before.erase(0, around.header.size());
        }
        around.before = without_block(around.before, reasoning);
    }
    return wrappings.emplace(key, around).first->second;
}

std::string chat_template::header_of(const common_json & args) const {
    try {
        const std::string & header = wrapping_of(args).header;
        if (!header.empty()) {
            note("the chat template opens no turn for the assistant: what it writes before an answer is put at the prompt's end");
        }
        return header;
    } catch (const std::exception &) { // a template that does not render the two messages by which it is tried
        return "";
    }
}
