// Rows to token ids: the same code for training, sampling and scoring, so that what is trained is what is served.
#pragma once

#include "chat-template.h"
#include "jsonl.h"
#include "vocabulary.h"

// A prompt and the answer to it; the answer ends with an end-of-generation token.
struct example_tokens {
    token_ids prompt;
    token_ids completion;
};

struct pair_tokens {
    token_ids prompt;
    token_ids chosen; // each ends with an end-of-generation token
    token_ids rejected;
};

// All of these throw bad_input (file and line) for a malformed row and outside_vocabulary for text the model has no tokens for.
class row_tokens {
  public:
    // date: see chat-template.h.
    explicit row_tokens(const llama_model * model, const std::string & date = "");

    // {prompt: string} as it stands, or {messages | prompt: [..]}, template_args?} up to the opening of the assistant's turn.
    // text: where the rendered prompt goes, when it is wanted; reasoning: how it leaves the reasoning block.
    token_ids prompt(const json_row & row, std::string * text = nullptr, chat_template::block * reasoning = nullptr) const;

    // {prompt, completion} or {prompt, response}: strings; or {messages}: the last turn, the assistant's, is the completion. With
    // completion_ids those are the completion as it stands.
    example_tokens example(const json_row & row) const;

    // {prompt: string | messages, chosen, rejected: string | messages}.
    pair_tokens pair(const json_row & row) const;

    // An answer as text, such as llama-sample wrote it, after the prompt of the row, closed by the end token.
    token_ids completion(const json_row & row, const std::string & text) const;

    // An array of token ids. Throws bad_input (file, line, key) for what is none.
    token_ids ids(const json_row & row, const char * key) const;

    const vocabulary & vocab() const { return words; }
    const chat_template & chat() const { return rendering; }

  private:
    struct opening {
        chat_template::opening start;
        token_ids tokens;
        common_json messages; // null when the prompt is plain text
    };

    opening open(const json_row & row) const;
    opening open_messages(const json_row & row, const common_json & messages) const;
    token_ids close(const json_row & row, const opening & opened, const common_json & answer, const char * key) const;
    token_ids close_text(const opening & opened, const std::string & text) const;
    token_ids close_message(const json_row & row, const opening & opened, const common_json & answer) const;

    vocabulary words;
    chat_template rendering;
};
