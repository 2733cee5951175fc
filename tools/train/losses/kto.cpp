// KTO: rows of a prompt, an answer, and whether it is wanted.
#include "kto.h"
#include "../data/read-row.h"
#include "bad-input.h"

namespace train {

std::vector<example> kto::read(const json_row & row, const row_tokens & tokens) const {
    if (!row_has(row, "desirable") || !row.json.at("desirable").is_boolean())
        throw bad_row(row.file, row.line, "\"desirable\" must be true or false");
    example e;
    e.sequences = {read_row(row, tokens, turns::last, 0.0).back()};
    e.weight = row_weight(row);
    e.reward = row.json.at("desirable").get<bool>() ? 1.0 : 0.0;
    return {e};
}

void kto::pair_up(std::vector<example> & examples) const {
    for (size_t i = 0; i < examples.size(); i++) {
        const sequence &own = examples[i].sequences[0], &next = examples[(i + 1) % examples.size()].sequences[0];
        example other;
        other.sequences = {join(token_ids(own.tokens.begin(), own.tokens.begin() + own.answer),
                                token_ids(next.tokens.begin() + next.answer, next.tokens.end()))};
        other.sequences[0].tokens.resize(std::min(other.sequences[0].tokens.size(), std::max(own.tokens.size(), next.tokens.size())));
        other.sequences[0].weights.resize(other.sequences[0].tokens.size()); // no longer than what fits the context
        examples[i].anchor = {std::move(other)};
    }
}

std::vector<const example *> kto::anchors(const std::vector<const example *> & examples) const {
    std::vector<const example *> all;
    for (const example * e : examples)
        if (e->anchor[0].targets() > 0)
            all.push_back(&e->anchor[0]);
    return all;
}

void kto::set_anchor(const std::vector<batch> & batches) {
    double sum = 0, count = 0;
    for (const batch & b : batches)
        for (int64_t s = 0; s < b.sequences(); s++, count++)
            sum += kto_reward(b, s, o.beta);
    anchor = std::max(0.0, sum / std::max(1.0, count));
}

std::unique_ptr<loss> kto::step_loss(const std::vector<const example *> & examples) const {
    double sum = 0;
    for (const example * e : examples)
        sum += e->weight;
    return std::make_unique<kto_loss>(o, anchor, std::max(sum, 1e-9));
}

void kto::set_reference(example & e, const std::vector<double> & sums, const std::vector<std::vector<float>> &) const {
    e.reference = {(float) sums[0]};
}

void kto::report(const std::vector<batch> & batches, const std::string & prefix, json & line) const {
    double rewards[2] = {0, 0}, counts[2] = {0, 0};
    for (const batch & b : batches) {
        for (int64_t s = 0; s < b.sequences(); s++) {
            const int kind = b.examples[b.owners[s]]->reward > 0;
            rewards[kind] += kto_reward(b, s, o.beta);
            counts[kind]++;
        }
    }
    line[prefix + "reward_desirable"] = rewards[1] / std::max(1.0, counts[1]);
    line[prefix + "reward_undesirable"] = rewards[0] / std::max(1.0, counts[0]);
    line[prefix + "anchor"] = anchor;
}

} // namespace train
