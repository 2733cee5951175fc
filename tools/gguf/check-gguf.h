// Looks through a GGUF file before a library reads it: libraries end the process at what they do not expect.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What the header says, as far as checks ask for it.
struct gguf_summary {
    std::string architecture;                 // "" when the file names none
    std::map<std::string, int64_t> numbers;   // single values: whole numbers and booleans
    std::map<std::string, int64_t> lengths;   // of arrays
    std::map<std::string, std::string> texts; // no longer than 64 bytes
    size_t tensors = 0;
};

// Header, counts, strings, types, and where each tensor lies; of a split model all its files; of a vocabulary that its lists are equally
// long and its special tokens among them; of a model that its sizes can be meant. what: "model" or "LoRA adapter", for messages. Throws
// bad_input, one line with the file and what is wrong in it. Uses less memory than the file is long.
gguf_summary check_gguf(const std::string & path, const char * what);

// A model that reads both ways, or reads before it writes, cannot go on with a text token by token. Throws bad_input.
void refuse_encoder(const gguf_summary & model, const std::string & path);
