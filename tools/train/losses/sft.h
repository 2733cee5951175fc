#pragma once
#include "../data/read-row.h"
#include "objective.h"

namespace train {

class sft final : public objective {
  public:
    sft(turns which, double prompt_weight) : which(which), prompt_weight(prompt_weight) {}
    std::vector<example> read(const json_row & row, const row_tokens & tokens) const override;
    std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const override;
    void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const override;

  private:
    turns which;
    double prompt_weight;
};

} // namespace train
