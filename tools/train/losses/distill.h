#pragma once
#include "../data/read-row.h"
#include "objective.h"

namespace train {

struct distill_options {
    int32_t width;     // tokens kept of each of the teacher's distributions; the rest is one bucket
    double nll_weight; // of the completion's cross-entropy beside the divergence
    bool other;        // the teacher is another model (--ref-model): rows need name no prompt of its own
};

// Distillation on fixed completions (Hinton et al. 2015, arXiv 1503.02531; of a prompt into weights: Askell et al. 2021, arXiv 2112.00861,
// context distillation): KL(teacher || model) at every token of the completion, the teacher reading a prompt of its own, say with the
// memories that the model has to do without. Its distributions are in the row (teacher_logprobs), or computed once before training under
// teacher_prompt, by the model before training or by --ref-model.
class distill final : public objective {
  public:
    explicit distill(const distill_options & o) : o(o) {}
    std::vector<example> read(const json_row & row, const row_tokens & tokens) const override;
    std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const override;
    void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const override;
    bool needs_reference() const override { return true; }
    int32_t reference_width() const override { return o.width; }

  private:
    distill_options o;
};

} // namespace train
