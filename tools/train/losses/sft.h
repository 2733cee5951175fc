#pragma once
#include "bad-input.h"
#include "objective.h"

namespace train {

class sft final : public objective {
  public:
    std::vector<example> read(const json_row & row, const row_tokens & tokens) const override;
    std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const override;
    void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const override;
};

double row_weight(const json_row & row); // "weight", 1 where absent

// The sequence whose targets are the completion's tokens
sequence join(const std::vector<int32_t> & prompt, const std::vector<int32_t> & completion);

} // namespace train
