#include "chat-template.h"

#include "chat.h"

#include <stdexcept>

void chat_template::deleter::operator()(common_chat_templates * templates) const {
    common_chat_templates_free(templates);
}

chat_template::~chat_template() = default;

chat_template::chat_template(const llama_model * model) {
    templates.reset(common_chat_templates_init(model, "").release());
    supports_thinking = common_chat_templates_support_enable_thinking(templates.get());

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
    inputs.force_pure_content = plain;
    if (args.is_object()) {
        for (const auto & [key, value] : args.items()) {
            inputs.chat_template_kwargs[key] = value.dump();
        }
        if (args.contains("enable_thinking")) {
            if (!args.at("enable_thinking").is_boolean()) {
                throw std::invalid_argument("template argument enable_thinking must be true or false");
            }
            inputs.enable_thinking = args.at("enable_thinking").get<bool>();
        }
    }
    return common_chat_templates_apply(templates.get(), inputs).prompt;
}

std::string chat_template::prompt(const common_json & messages, const common_json & args) const {
    common_chat_templates_inputs inputs;
    inputs.messages = common_chat_msgs_parse_oaicompat(messages);
    if (!inputs.messages.empty() && inputs.messages.back().role == "assistant") {
        inputs.continue_final_message = COMMON_CHAT_CONTINUATION_AUTO;
        inputs.add_generation_prompt = false;
    }
    return render(inputs, args);
}

std::string chat_template::conversation(const common_json & messages, const common_json & args) const {
    common_chat_templates_inputs inputs;
    inputs.messages = common_chat_msgs_parse_oaicompat(messages);
    inputs.add_generation_prompt = false;
    return render(inputs, args);
}
