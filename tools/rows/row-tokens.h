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
    explicit row_tokens(const llama_model * model);

    // {prompt: string} as it stands, or {messages | prompt: [..]}, template_args?} up to the opening of the assistant's turn.
    // text: where the rendered prompt goes, when it is wanted.
    token_ids prompt(const json_row & row, std::string * text = nullptr) const;

    // {prompt, completion} or {prompt, response}: strings; or {messages}: the last turn, the assistant's, is the completion.
    example_tokens example(const json_row & row) const;

    // {prompt: string | messages, chosen, rejected: string | messages}.
    pair_tokens pair(const json_row & row) const;

    // An answer as text, such as llama-sample wrote it, after the prompt of the row, closed by the end token.
    token_ids completion(const json_row & row, const std::string & text) const;

    const vocabulary & vocab() const { return words; }

  private:
    struct opening {
        std::string text;
        token_ids tokens;
        common_json messages; // null when the prompt is plain text
    };

    opening open(const json_row & row) const;
    opening open_messages(const json_row & row, const common_json & messages) const;
    token_ids close(const json_row & row, const opening & start, const common_json & answer, const char * key) const;
    token_ids close_text(const opening & start, const std::string & text) const;
    token_ids close_messages(const json_row & row, const opening & start, const common_json & conversation) const;

    vocabulary words;
    chat_template chat;
};
