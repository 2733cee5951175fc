// Prompt lookup: what may come next because it came next before.
#pragma once

#include "vocabulary.h"

// At most `most` tokens that followed the latest earlier occurrence of the last tokens of prompt + completion (three of them, else two).
// They are a guess to be checked against what the model draws.
token_ids lookup_draft(const token_ids & prompt, const token_ids & completion, size_t most);
