// Supervised fine-tuning: rows of a prompt and the completion to learn.
#include "sft.h"
#include "row-tokens.h"
#include "sft-loss.h"

namespace train {

double row_weight(const json_row & row) {
    const double weight = row_number_or(row, "weight", 1.0);
    if (!(weight >= 0.0 && weight < 1e9))
        throw bad_row(row.file, row.line, "\"weight\" must be a number from 0 up");
    return weight;
}

sequence join(const std::vector<int32_t> & prompt, const std::vector<int32_t> & completion) {
    sequence s;
    s.tokens = prompt;
    s.tokens.insert(s.tokens.end(), completion.begin(), completion.end());
    s.prompt = std::max<int64_t>(1, (int64_t) prompt.size()); // nothing precedes the first token, so it cannot be a target
    return s;
}

std::vector<example> sft::read(const json_row & row, const row_tokens & tokens) const {
    const example_tokens ids = tokens.example(row);
    example e;
    e.sequences = {join(ids.prompt, ids.completion)};
    e.weight = row_weight(row);
    return {e};
}

std::unique_ptr<loss> sft::step_loss(const std::vector<const example *> & examples) const {
    double sum = 0;
    for (const example * e : examples)
        sum += e->weight * (double) e->targets();
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
