// Group relative policy optimization from recorded samples: rows of a prompt and a group of completions with rewards.
#include "grpo.h"
#include "../data/read-row.h"
#include "bad-input.h"
#include <cmath>

namespace train {

static token_ids completion_tokens(const json_row & row, const common_json & completion, const row_tokens & tokens) {
    if (completion.contains("ids")) // as llama-sample writes them
        return ids_of(row, completion.at("ids"), "ids", tokens);
    if (!completion.contains("text") || !completion.at("text").is_string())
        throw bad_row(row.file, row.line, "a completion needs \"ids\" or \"text\"");
    return tokens.completion(row, completion.at("text").get<std::string>());
}

std::vector<example> grpo::read(const json_row & row, const row_tokens & tokens) const {
    if (!row_has(row, "completions") || !row.json.at("completions").is_array() || row.json.at("completions").size() < 2) {
        throw bad_row(row.file, row.line, "\"completions\" must be an array of at least two samples");
    }
    const common_json & completions = row.json.at("completions");
    const token_ids prompt = tokens.prompt(row);
    std::vector<example> group;
    std::vector<double> rewards;
    for (size_t i = 0; i < completions.size(); i++) {
        const common_json & c = completions.at(i);
        if (!c.is_object() || !c.contains("reward") || !c.at("reward").is_number() || !c.contains("logprobs")) {
            throw bad_row(row.file, row.line, "each completion needs \"reward\" and \"logprobs\" (llama-sample --logprobs)");
        }
        example e;
        const token_ids ids = completion_tokens(row, c, tokens);
        e.sampled = logprobs_of(row, c.at("logprobs"), ids.size());
        const bool forced = c.contains("forced") && !c.at("forced").is_null();
        e.sequences = {join(prompt, ids, forced ? spans_of(row, c.at("forced"), "forced", (int64_t) ids.size()) : std::vector<span>())};
        const sequence & s = e.sequences[0];
        size_t kept = 0; // of the log-probs, those of targets
        for (size_t t = 0; t < ids.size(); t++)
            if (s.learns(s.answer + (int64_t) t))
                e.sampled[kept++] = e.sampled[t];
        e.sampled.resize(kept);
        e.weight = row_weight(row);
        rewards.push_back(c.at("reward").get<double>());
        group.push_back(std::move(e));
    }
    const std::vector<double> advantages = group_advantages(rewards);
    for (size_t i = 0; i < group.size(); i++) {
        group[i].advantage = advantages[i];
        group[i].reward = rewards[i];
    }
    return group;
}

std::unique_ptr<loss> grpo::step_loss(const std::vector<const example *> & examples) const {
    double sum = 0;
    for (const example * e : examples)
        sum += e->weight * (double) e->targets();
    return std::make_unique<grpo_loss>(o, std::max(sum, 1e-9));
}

void grpo::set_reference(example & e, const std::vector<double> &, const std::vector<std::vector<float>> & each) const {
    e.reference = each[0];
}

void grpo::report(const std::vector<batch> & batches, const std::string & prefix, json & line) const {
    double reward = 0, completions = 0, divergence = 0, clipped = 0, tokens = 0;
    for (const batch & b : batches) {
        for (int64_t s = 0; s < b.sequences(); s++) {
            const example & e = *b.examples[s];
            reward += e.reward;
            completions++;
            for (int64_t t = 0; t < e.sequences[0].targets(); t++) {
                const double moved = (double) b.logp[b.row_starts[s] + t] - e.sampled[t];
                divergence += std::exp(-moved) + moved - 1.0;
                clipped += std::exp(moved) > 1.0 + o.clip_ratio || std::exp(moved) < 1.0 - o.clip_ratio;
                tokens++;
            }
        }
    }
    line[prefix + "reward"] = reward / completions;
    line[prefix + "kl_to_sampler"] = divergence / tokens;
    line[prefix + "outside_clip"] = clipped / tokens;
}

} // namespace train
