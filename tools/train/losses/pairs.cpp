// SimPO and ORPO: rows of a prompt, a chosen and a rejected answer.
#include "pairs.h"
#include "../data/read-row.h"

namespace train {

std::vector<example> pairs::read(const json_row & row, const row_tokens & tokens) const {
    example e;
    e.sequences = read_pair(row, tokens);
    e.weight = row_weight(row);
    return {e};
}

std::unique_ptr<loss> pairs::step_loss(const std::vector<const example *> & examples) const {
    double sum = 0;
    for (const example * e : examples)
        sum += e->weight;
    return std::make_unique<pair_loss>(o, std::max(sum, 1e-9));
}

void pairs::report(const std::vector<batch> & batches, const std::string & prefix, json & line) const {
    double margin = 0, accuracy = 0, logp = 0, exact = 0, count = 0;
    for (const batch & b : batches) {
        for (int64_t i = 0; i < (int64_t) b.examples.size(); i++) {
            const double difference = score_of(b, 2 * i, o).value - score_of(b, 2 * i + 1, o).value;
            margin += difference;
            accuracy += difference > 0;
            logp += b.sequence_logp(2 * i);
            exact += b.sequence_greedy(2 * i);
            count++;
        }
    }
    line[prefix + "margin"] = margin / count;
    line[prefix + "accuracy"] = accuracy / count;
    line[prefix + "chosen_logp"] = logp / count;
    line[prefix + "exact"] = exact / count; // of the chosen answers
}

} // namespace train
