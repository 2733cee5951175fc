#pragma once
#include "objective.h"
#include "pair-loss.h"

namespace train {

// Preference rows, as dpo reads them, for the losses without a reference. Example: sequences[0] chosen, [1] rejected.
class pairs final : public objective {
  public:
    explicit pairs(const pair_options & o) : o(o) {}
    std::vector<example> read(const json_row & row, const row_tokens & tokens) const override;
    std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const override;
    void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const override;

  private:
    pair_options o;
};

} // namespace train
