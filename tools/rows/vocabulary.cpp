#include "vocabulary.h"

#include "bad-input.h"

#include <algorithm>
#include <cstdint>

std::string show_tokens(const token_ids & tokens, size_t begin, size_t end) {
    std::string text = "[";
    for (size_t i = begin; i < std::min(end, tokens.size()); i++) {
        text += (i > begin ? "," : "") + std::to_string(tokens[i]);
    }
    return text + "]";
}

static std::string token_piece(const llama_vocab * vocab, llama_token token, bool special) {
    std::string text(32, '\0');
    int32_t length = llama_token_to_piece(vocab, token, &text[0], (int32_t) text.size(), 0, special);
    if (length < 0) {
        text.resize((size_t) -length);
        length = llama_token_to_piece(vocab, token, &text[0], (int32_t) text.size(), 0, special);
    }
    text.resize((size_t) std::max(length, 0));
    return text;
}

vocabulary::vocabulary(const llama_vocab * vocab) : vocab(vocab) {
    const int32_t count = llama_vocab_n_tokens(vocab);
    pieces.reserve((size_t) count);
    lengths.reserve((size_t) count);
    std::vector<bool> single(256, false);
    for (llama_token token = 0; token < count; token++) {
        pieces.push_back(token_piece(vocab, token, false));
        const std::string spelled = token_piece(vocab, token, true);
        lengths.push_back((uint32_t) spelled.size());
        if (spelled.size() == 1) {
            single[(unsigned char) spelled[0]] = true;
        }
    }
    drops_unknown = llama_vocab_type(vocab) == LLAMA_VOCAB_TYPE_BPE && std::find(single.begin(), single.end(), false) != single.end();
    adds_space = false;
    if (llama_vocab_type(vocab) == LLAMA_VOCAB_TYPE_SPM) {
        try {
            const token_ids tokens = tokenize("a", false);
            adds_space = !tokens.empty() && !pieces[(size_t) tokens[0]].empty() && pieces[(size_t) tokens[0]][0] == ' ';
        } catch (const outside_vocabulary &) {
        }
    }
}

std::string vocabulary::spelled(llama_token token) const {
    return token_piece(vocab, token, true);
}

void vocabulary::spell(const std::string & text) {
    for (const llama_token token : tokenize(text, false)) {
        if (pieces[(size_t) token].empty()) {
            pieces[(size_t) token] = token_piece(vocab, token, true);
        }
    }
}

token_ids vocabulary::tokenize(const std::string & text, bool add_special) const {
    if (text.size() > (size_t) INT32_MAX) {
        throw bad_input("a text of more than 2 GiB cannot be tokenized");
    }
    token_ids tokens(text.size() + 8);
    const int32_t length = (int32_t) text.size();
    try {
        int32_t count = llama_tokenize(vocab, text.data(), length, tokens.data(), (int32_t) tokens.size(), add_special, true);
        if (count < 0) {
            tokens.resize((size_t) -count);
            count = llama_tokenize(vocab, text.data(), length, tokens.data(), (int32_t) tokens.size(), add_special, true);
        }
        tokens.resize((size_t) count);
    } catch (const std::exception &) { // std::out_of_range: no token for a byte
        throw outside_vocabulary("characters outside the model's vocabulary");
    }
    return tokens;
}

void vocabulary::check_nothing_lost(const std::string & text, const token_ids & tokens) const {
    size_t bytes = 0;
    for (const llama_token token : tokens) {
        if (llama_vocab_get_attr(vocab, token) & LLAMA_TOKEN_ATTR_UNKNOWN) {
            throw outside_vocabulary("characters outside the model's vocabulary");
        }
        bytes += lengths[(size_t) token];
    }
    if (drops_unknown && bytes < text.size()) {
        throw outside_vocabulary("characters outside the model's vocabulary");
    }
}

token_ids vocabulary::prompt(const std::string & text) const {
    token_ids tokens = tokenize(text, true);
    // a text that spells its BOS would get two, and a vocabulary that ends texts would end this one before it begins
    const llama_token bos = llama_vocab_bos(vocab);
    if (llama_vocab_get_add_bos(vocab) && tokens.size() > 1 && tokens[0] == bos && tokens[1] == bos) {
        tokens.erase(tokens.begin());
    }
    if (llama_vocab_get_add_eos(vocab) && !tokens.empty() && tokens.back() == llama_vocab_eos(vocab)) {
        tokens.pop_back();
    }
    check_nothing_lost(text, tokens);
    return tokens;
}

token_ids vocabulary::continuation(const std::string & prompt_text, const token_ids & prompt, const std::string & text) const {
    token_ids tokens;
    if (adds_space) {
        // A tokenizer that writes a space before every text would write one between prompt and answer: tokenize them together.
        // Where a token spans the border, the answer's own tokens it is, as the model never sees the joint token when it answers.
        token_ids joint = tokenize(prompt_text + text, true);
        if (llama_vocab_get_add_eos(vocab) && !joint.empty() && joint.back() == llama_vocab_eos(vocab)) {
            joint.pop_back();
        }
        if (joint.size() >= prompt.size() && std::equal(prompt.begin(), prompt.end(), joint.begin())) {
            tokens.assign(joint.begin() + (ptrdiff_t) prompt.size(), joint.end());
            check_nothing_lost(text, tokens);
            return tokens;
        }
    }
    tokens = tokenize(text, false);
    check_nothing_lost(text, tokens);
    return tokens;
}

llama_token vocabulary::end(bool of_turn) const {
    const llama_token eos = llama_vocab_eos(vocab);
    const llama_token eot = llama_vocab_eot(vocab);
    for (const llama_token token : {of_turn ? eot : eos, of_turn ? eos : eot}) {
        if (token != LLAMA_TOKEN_NULL && ends_generation(token)) {
            return token;
        }
    }
    throw bad_input("the model's vocabulary has no end-of-sequence token, so an answer cannot end; choose another model");
}
