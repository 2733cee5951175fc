// Renders messages with the chat template that the GGUF carries, through the code that llama-server uses. The one rule by which somebody
// else's text becomes what a model is trained on: see README.md in this folder.
#pragma once

#include "json.h"

#include <map>
#include <memory>
#include <string>

struct llama_model;
struct common_chat_templates;
struct common_chat_templates_inputs;

// How a template writes reasoning: open + after_open + reasoning + between + answer, where between holds the closing mark.
struct reasoning_marks {
    std::string open; // "" when the model has no such block
    std::string close;
    std::string after_open;
    std::string between;
};

class chat_template {
  public:
    // A model without a template gets ChatML, as in llama-server. A model loaded with vocab_only is enough.
    // date: what templates that ask for today's date are told, YYYY-MM-DD; "": the real one.
    explicit chat_template(const llama_model * model, const std::string & date = "");
    ~chat_template();

    // How a prompt leaves the reasoning block: not begun, begun (the model goes on inside it), or closed already.
    enum class block { none, open, closed };

    struct opening {
        std::string text;
        block reasoning = block::none;
        bool continues = false; // the last message is the assistant's and is gone on with
    };

    // What serving shows for messages, an array of {role, content, ...}, up to where the assistant's turn opens; args: template arguments
    // such as {"enable_thinking": false}, or null. A last message of the assistant's is gone on with. Where the template opens no turn,
    // it is opened with what it writes before an answer. Throws std::exception with the template's or parser's message.
    opening prompt(const common_json & messages, const common_json & args) const;

    // What the model has to write after `start` to give the answer, an assistant's message, to `messages`, and what the template writes
    // behind it, where its end token should be. Notes what is left out. Throws as prompt does.
    struct ending {
        std::string text, after;
    };
    ending completion(const opening & start, const common_json & messages, const common_json & answer, const common_json & args) const;

    // How what stands in the assistant's turn leaves the block; and how a text does of which only the end tells, by the mark there.
    block reasoning_of(const std::string & turn) const;
    block at_end_of(const std::string & text) const;

    const reasoning_marks & marks() const { return reasoning; }

    // What ends the block for a model that has spent its budget in it.
    const std::string & closing() const { return reasoning.between; }

  private:
    // What the template writes around an answer in its turn, without reasoning; header: what opens the turn, where no prompt does.
    struct wrapping {
        std::string header, before, after;
    };

    std::string render(common_chat_templates_inputs & inputs, const common_json & args) const;
    std::string conversation(const common_json & messages, const common_json & args) const;
    std::string opened_turn(const common_json & messages, const common_json & args) const;
    void find_marks(const llama_model * model);
    std::string turn(const opening & start, const common_json & messages, const common_json & answer, const common_json & args,
                     const wrapping & around) const;
    const wrapping & wrapping_of(const common_json & args) const;
    bool opens_always(const std::string & after, const common_json & args) const;
    std::string header_of(const common_json & args) const;
    void name_losses(const common_json & messages, const std::string & text) const;

    struct deleter {
        void operator()(common_chat_templates * templates) const;
    };

    std::unique_ptr<common_chat_templates, deleter> templates;
    std::string source;
    int64_t now = -1; // seconds since 1970, -1: the clock's
    bool supports_thinking = false;
    bool supports_system = true;
    bool thinking_variable = false; // the template asks for `thinking`, not enable_thinking
    bool plain = false;             // rendering needs none of the template's special handling (see the constructor)
    reasoning_marks reasoning;
    mutable std::map<std::string, wrapping> wrappings; // by template arguments
};
