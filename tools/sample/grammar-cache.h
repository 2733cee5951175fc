// GBNF grammars, parsed once each.
#pragma once

#include "llama-cpp.h"

#include <map>
#include <string>

// A sequence clones its own. Throws bad_input when the text is no GBNF grammar.
class grammar_cache {
  public:
    explicit grammar_cache(const llama_vocab * vocab) : vocab(vocab) {}
    llama_sampler * clone(const std::string & text);

  private:
    const llama_vocab * vocab;
    std::map<std::string, llama_sampler_ptr> parsed;
};
