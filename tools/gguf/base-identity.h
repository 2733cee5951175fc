// Which model an adapter was made for: written into the adapter, compared before it is laid over a model.
#pragma once

#include "gguf.h"

#include <map>
#include <string>

constexpr const char * base_key = "whetstone.base"; // of an adapter; absent in those of other tools

// The architecture's keys that change what the same weights compute (RoPE, windows, scales, caps), as text. Those that say what is so
// without them are left out.
std::map<std::string, std::string> computing_keys(const gguf_context * file);

// "keys:vectors:types:matrices", each a hash. Vectors (norms, biases) stay as they are where a model is quantized. Of matrices some
// samples, not all of their data. path: a file that check_gguf found sound; of a split model the first.
std::string base_identity(const std::string & path);

// In what two identities differ, for a message; "" where they may be of one model: of one that was stored in other types the matrices
// are not compared.
std::string base_difference(const std::string & a, const std::string & b);

// Throws bad_input where the adapter says that it was made for another model. Both were found sound.
void check_base(const std::string & adapter, const std::string & model);
