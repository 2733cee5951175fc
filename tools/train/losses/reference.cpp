#include "reference.h"
#include "bad-input.h"

namespace train {

static void fill(batch_runner & runner, const objective & target, std::vector<example> & examples) {
    const std::vector<const example *> all = pointers(examples);
    for (const batch & b : runner.evaluate(all)) {
        int64_t s = 0;
        for (const example * e : b.examples) {
            std::vector<double> sums;
            std::vector<std::vector<float>> each;
            for (size_t i = 0; i < e->sequences.size(); i++, s++) {
                sums.push_back(b.sequence_logp(s));
                each.emplace_back(b.logp.begin() + b.row_starts[s], b.logp.begin() + b.row_starts[s + 1]);
            }
            target.set_reference(examples[e - examples.data()], sums, each);
        }
    }
}

void compute_reference(session & s, const options & o) {
    if (!s.target->needs_reference())
        return;
    std::unique_ptr<model> other;
    std::unique_ptr<batch_runner> other_runner;
    rope_table rope;
    batch_runner * runner = s.runner.get();
    if (!o.ref_model.empty()) {
        other = read_model(o.ref_model, false, s.place.buffers());
        if (other->hyper.vocabulary != s.net->hyper.vocabulary) {
            throw bad_input(o.ref_model + ": has " + std::to_string(other->hyper.vocabulary) + " tokens, the model has " +
                            std::to_string(s.net->hyper.vocabulary) + "; the reference must share its tokenizer");
        }
        fill_rope_table(*other, s.longest, rope);
        other_runner = make_runner(*other, rope, o, s.longest, s.place);
        runner = other_runner.get();
    }
    fill(*runner, *s.target, s.data.examples);
    if (!s.val.examples.empty())
        fill(*runner, *s.target, s.val.examples);
}

} // namespace train
