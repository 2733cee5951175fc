// What the three methods differ in: how a row becomes examples, the loss of one optimizer step, and what is reported of it.
#pragma once
#include "../run/options.h"
#include "json.h"
#include "loss.h"
#include <memory>

struct json_row;
class row_tokens;

namespace train {

using json = common_json;

class objective {
  public:
    virtual ~objective() = default;

    // The examples of one row. Throws bad_input for a malformed row, outside_vocabulary for text the model has no tokens for,
    // unfit_row where parts of it do not fit together.
    virtual std::vector<example> read(const json_row & row, const row_tokens & tokens) const = 0;

    // The loss over all examples of one step, of which the batches are parts.
    virtual std::unique_ptr<loss> step_loss(const std::vector<const example *> & examples) const = 0;

    // Adds figures to a line of metrics; prefix is "" or "val_".
    virtual void report(const std::vector<batch> & batches, const std::string & prefix, json & line) const = 0;

    // Whether examples need log-probs under the reference model, and where they go: of each sequence (sums) and of each of its targets.
    virtual bool needs_reference() const { return false; }
    virtual int32_t reference_width() const { return 0; } // of the distributions it needs instead; 0: none
    // KTO: examples that only serve to measure an anchor, made once of all examples, measured before each step
    virtual void pair_up(std::vector<example> &) const {}
    virtual std::vector<const example *> anchors(const std::vector<const example *> &) const { return {}; }
    virtual void set_anchor(const std::vector<batch> &) {}

    virtual void set_reference(example &, const std::vector<double> & /*sums*/, const std::vector<std::vector<float>> & /*each*/) const {}
};

std::unique_ptr<objective> make_objective(const options & o);

} // namespace train
