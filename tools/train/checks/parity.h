// Rows as they were sampled, and what the trainer's own graph says of them: before training beside what the sampler told, and after it for
// whoever compares it with the file that is served.
#pragma once
#include "served.h"

namespace train {

// Rows {prompt, completion_ids, logprobs}: every token of the completion is a target, forced ones too. Rows that do not fit the context or
// the vocabulary are left out.
std::vector<example> read_parity(const std::string & path, const row_tokens & tokens, int64_t context);

// |log p of the trainer - log p that the row holds|, over all tokens
differences check_own(session & s);

// One line a row, in their order: {"line", "logprobs", "top"}: of each token its log-prob, and the likeliest token in its place.
void write_parity(session & s, const std::string & path);

} // namespace train
