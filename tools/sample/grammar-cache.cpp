#include "grammar-cache.h"

#include "bad-input.h"
#include "nesting.h"

#include <cstdio>

#include <unistd.h>

// What llama.cpp's grammar parser prints to stderr while work runs: its first line, for our own message.
template <typename F>
static std::string printed_by(F && work) {
    std::fflush(stderr);
    std::FILE * file = std::tmpfile();
    const int kept = file ? dup(STDERR_FILENO) : -1;
    if (kept >= 0) {
        dup2(fileno(file), STDERR_FILENO);
    }
    work();
    std::fflush(stderr);
    char line[200] = "";
    if (kept >= 0) {
        dup2(kept, STDERR_FILENO);
        close(kept);
        std::rewind(file);
        if (!std::fgets(line, sizeof(line), file)) {
            line[0] = 0;
        }
    }
    if (file) {
        std::fclose(file);
    }
    std::string text = line;
    text.erase(text.find_last_not_of(" \n") + 1);
    const size_t colon = text.rfind(": ");
    return colon == std::string::npos ? text : text.substr(colon + 2);
}

// llama.cpp follows a chain of rules by recursion: tens of thousands run the stack full
static constexpr size_t most_rules = 4096;

static size_t rules_of(const std::string & text) {
    size_t rules = 0;
    for (size_t at = 0; (at = text.find("::=", at)) != std::string::npos; at += 3) {
        rules++;
    }
    return rules;
}

llama_sampler * grammar_cache::clone(const std::string & text) {
    auto found = parsed.find(text);
    if (found == parsed.end()) {
        if (grammar_depth(text) > deepest_nesting || rules_of(text) > most_rules) {
            throw bad_input("the grammar nests deeper than " + std::to_string(deepest_nesting) + " groups or has more than " +
                            std::to_string(most_rules) + " rules, make it smaller");
        }
        llama_sampler_ptr sampler;
        const std::string why = printed_by([&] { sampler.reset(llama_sampler_init_grammar(vocab, text.c_str(), "root")); });
        if (!sampler) {
            throw bad_input("the grammar does not parse" + (why.empty() ? "" : " (" + why + ")") +
                            ", it must be GBNF with a rule named root");
        }
        found = parsed.emplace(text, std::move(sampler)).first;
    }
    return llama_sampler_clone(found->second.get());
}
