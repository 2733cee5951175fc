// Renders messages with the chat template that the GGUF carries, through the code that llama-server uses.
#pragma once

#include "json.h"

#include <memory>
#include <string>

struct llama_model;
struct common_chat_templates;
struct common_chat_templates_inputs;

class chat_template {
  public:
    // A model without a template gets ChatML, as in llama-server. A model loaded with vocab_only is enough.
    explicit chat_template(const llama_model * model);
    ~chat_template();

    // messages: an array of {role, content, ...}; args: template arguments such as {"enable_thinking": false}, or null.
    // open: end with the opening of the assistant's turn. When the last message is the assistant's, it is continued, not closed.
    // Throws std::exception with the template's or parser's message.
    std::string prompt(const common_json & messages, const common_json & args) const;

    // All turns closed, as the model has to have written them.
    std::string conversation(const common_json & messages, const common_json & args) const;

  private:
    std::string render(common_chat_templates_inputs & inputs, const common_json & args) const;

    struct deleter {
        void operator()(common_chat_templates * templates) const;
    };

    std::unique_ptr<common_chat_templates, deleter> templates;
    bool supports_thinking = false;
    bool plain = false; // rendering needs none of the template's special handling (see the constructor)
};
