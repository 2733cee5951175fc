// Direct preference optimization: rows of a prompt, a chosen and a rejected answer.
#include "dpo.h"
#include "../data/read-row.h"

namespace train {

std::vector<example> dpo::read(const json_row & row, const row_tokens & tokens) const {
    example e;
    e.sequences = read_pair(row, tokens);
    e.weight = row_weight(row);
    return {e};
}

std::unique_ptr<loss> dpo::step_loss(const std::vector<const example *> & examples) const {
    double sum = 0;
    for (const example * e : examples)
        sum += e->weight;
    return std::make_unique<dpo_loss>(o, std::max(sum, 1e-9));
}

void dpo::set_reference(example & e, const std::vector<double> & sums, const std::vector<std::vector<float>> &) const {
    e.reference = {(float) sums[0], (float) sums[1]};
}

void dpo::report(const std::vector<batch> & batches, const std::string & prefix, json & line) const {
    double chosen = 0, rejected = 0, accuracy = 0, logp = 0, exact = 0, pairs = 0;
    for (const batch & b : batches) {
        for (int64_t i = 0; i < (int64_t) b.examples.size(); i++) {
            const pair_rewards r = rewards_of(b, i, o.beta);
            chosen += r.chosen;
            rejected += r.rejected;
            accuracy += r.chosen > r.rejected;
            logp += b.sequence_logp(2 * i);
            exact += b.sequence_greedy(2 * i);
            pairs++;
        }
    }
    line[prefix + "reward_chosen"] = chosen / pairs;
    line[prefix + "reward_rejected"] = rejected / pairs;
    line[prefix + "margin"] = (chosen - rejected) / pairs;
    line[prefix + "accuracy"] = accuracy / pairs;
    line[prefix + "chosen_logp"] = logp / pairs;
    line[prefix + "exact"] = exact / pairs; // of the chosen answers
}

} // namespace train
