#pragma once
#include "grpo-loss.h"
#include "objective.h"

namespace train {

// Groups of sampled completions with rewards. Example: one completion, its advantage and the log-probs it was sampled with.
class grpo final : public objective {
  public:
    explicit grpo(const options & o) : o({o.clip_ratio, o.kl}) {}
    std::vector<example> read(const json_row & row, const row_tokens & tokens) const override;
    std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const override;
    void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const override;
    bool needs_reference() const override { return o.kl > 0; }
    void set_reference(example & e, const std::vector<double> & sums, const std::vector<std::vector<float>> & each) const override;

  private:
    grpo_options o;
};

} // namespace train
