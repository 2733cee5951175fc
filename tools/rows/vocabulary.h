// The model's tokenizer: text to token ids the way llama-server does it, and the check that nothing of the text was lost.
#pragma once

#include "llama.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using token_ids = std::vector<llama_token>;

// The text holds characters that the vocabulary has no token for.
struct outside_vocabulary : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Token ids as a JSON array.
std::string show_tokens(const token_ids & tokens, size_t begin = 0, size_t end = SIZE_MAX);

class vocabulary {
  public:
    explicit vocabulary(const llama_vocab * vocab);

    // The start of a sequence: with the model's BOS token where it wants one. Special tokens in the text are parsed. Throws
    // outside_vocabulary.
    token_ids prompt(const std::string & text) const;

    // What follows prompt_text: no BOS, no leading space of the tokenizer's own; special tokens are parsed. Throws outside_vocabulary.
    token_ids continuation(const std::string & prompt_text, const token_ids & prompt, const std::string & text) const;

    // The bytes a token stands for; control tokens are empty, as in llama-server's answers.
    const std::string & piece(llama_token token) const { return pieces[(size_t) token]; }

    std::string spelled(llama_token token) const; // the same, control tokens by their names

    // From now on the control tokens in this text have it as their piece: marks of a reasoning block belong to an answer's text.
    void spell(const std::string & text);

    bool ends_generation(llama_token token) const { return llama_vocab_is_eog(vocab, token); }

    // The token that ends a text, or a turn of a chat where the model has one of its own for that. Throws bad_input when the model has
    // none.
    llama_token end(bool of_turn) const;

    size_t size() const { return pieces.size(); }

    const llama_vocab * const vocab;

  private:
    token_ids tokenize(const std::string & text, bool add_special) const;
    void check_nothing_lost(const std::string & text, const token_ids & tokens) const;

    std::vector<std::string> pieces;
    std::vector<uint32_t> lengths; // bytes of each token with special tokens spelled out
    bool adds_space;               // the tokenizer puts a space before text
    bool drops_unknown;            // a BPE vocabulary without all 256 bytes: unknown ones vanish silently
};
