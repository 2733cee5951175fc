// What keeps the sequences of a packed row apart.
#pragma once
#include "../data/batch.h"

namespace train {

// What is added to the scores of each row's queries and keys, [length][length] for every row, or for all rows where each holds one
// sequence: a query sees itself and what came before it in its sequence, within the window (0: any). 0 or -infinity.
std::vector<float> attention_shade(const batch & rows, int64_t window);

// Of each token, 1 where the token `by` places before it (after it: below 0) belongs to the same sequence, else 0
std::vector<float> seen_at_distance(const batch & rows, int64_t by);

} // namespace train
