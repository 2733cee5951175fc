#pragma once
#include "dpo-loss.h"
#include "objective.h"

namespace train {

// Preference rows. Example: sequences[0] chosen, [1] rejected; reference: their log-probs under the reference model.
class dpo final : public objective {
  public:
    explicit dpo(const options & o) : o({o.beta, o.label_smoothing, o.nll_weight}) {}
    std::vector<example> read(const json_row & row, const row_tokens & tokens) const override;
    std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const override;
    void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const override;
    bool needs_reference() const override { return true; }
    void set_reference(example & e, const std::vector<double> & sums, const std::vector<std::vector<float>> & each) const override;

  private:
    dpo_options o;
};

} // namespace train
