// A row's texts, messages or ids as sequences: what all objectives share.
#pragma once
#include "batch.h"
#include "row-tokens.h"

namespace train {

double row_weight(const json_row & row); // "weight", 1 where absent

// The sequence whose targets are the completion's tokens. forced: spans of the completion that sampling did not choose; no targets.
struct span {
    int64_t first, last;
};
sequence join(const token_ids & prompt, const token_ids & completion, const std::vector<span> & forced = {});

// Ids [i, ...] and spans [[first, last), ...] of a field, checked. Throw bad_input with file, line and key; spans beyond the
// ids, and another number of log-probabilities than of ids, unfit_row.
token_ids ids_of(const json_row & row, const common_json & value, const std::string & key, const row_tokens & tokens);
std::vector<span> spans_of(const json_row & row, const common_json & value, const std::string & key, int64_t length);
// One number a token: log-probabilities as the sampler wrote them.
std::vector<float> logprobs_of(const json_row & row, const common_json & value, size_t length);

enum class turns { last, all };

// {prompt | messages, completion_ids, forced?}, where ids win over any text beside them; {prompt, completion}; or {messages}: the last
// assistant turn, or all of them, each after the prompt that serving would show it (so one row may be several sequences).
// prompt_weight: what a token of the prompt counts.
std::vector<sequence> read_row(const json_row & row, const row_tokens & tokens, turns which, double prompt_weight);

// {prompt | messages, chosen_ids, rejected_ids, chosen_forced?, rejected_forced?}, or texts or messages: chosen, rejected
std::vector<sequence> read_pair(const json_row & row, const row_tokens & tokens);

} // namespace train
