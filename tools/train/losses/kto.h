#pragma once
#include "kto-loss.h"
#include "objective.h"

namespace train {

// Rows of a prompt, an answer, and whether it is wanted. Example: sequences[0]; reward 1 or 0; reference[0] its log-prob under the
// reference.
class kto final : public objective {
  public:
    explicit kto(const kto_options & o) : o(o) {}
    std::vector<example> read(const json_row & row, const row_tokens & tokens) const override;
    std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const override;
    void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const override;
    bool needs_reference() const override { return true; }
    void set_reference(example & e, const std::vector<double> & sums, const std::vector<std::vector<float>> & each) const override;

    // Every prompt with the answer of the next row: what the anchor is measured on
    void pair_up(std::vector<example> & examples) const override;
    std::vector<const example *> anchors(const std::vector<const example *> & examples) const override;
    void set_anchor(const std::vector<batch> & batches) override;

  private:
    kto_options o;
    double anchor = 0.0; // beta * KL
};

} // namespace train
