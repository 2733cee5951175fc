// Supervised fine-tuning: rows of a prompt and the completion to learn.
#include "sft.h"
#include "sft-loss.h"

namespace train {

std::vector<example> sft::read(const json_row & row, const row_tokens & tokens) const {
    example e;
    e.sequences = read_row(row, tokens, which, prompt_weight);
    e.weight = row_weight(row);
    return {e};
}

std::unique_ptr<loss> sft::step_loss(const std::vector<const example *> & examples) const {
    double sum = 0;
    for (const example * e : examples)
        sum += e->weight * e->target_weight();
    return std::make_unique<sft_loss>(std::max(sum, 1e-9));
}

void sft::report(const std::vector<batch> & batches, const std::string & prefix, json & line) const {
    int64_t sequences = 0, exact = 0;
    for (const batch & b : batches) {
        sequences += b.sequences();
        for (int64_t s = 0; s < b.sequences(); s++)
            exact += b.sequence_greedy(s);
    }
    line[prefix + "exact"] = (double) exact / (double) std::max<int64_t>(1, sequences);
}

} // namespace train
