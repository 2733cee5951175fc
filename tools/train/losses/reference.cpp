#include "reference.h"
#include "bad-input.h"

namespace train {

// Distillation: the distributions of the teacher over what it reads
static void fill_teacher(batch_runner & runner, const objective & target, int64_t vocabulary, std::vector<example> & examples) {
    std::vector<example> reads;
    std::vector<size_t> of;
    for (size_t i = 0; i < examples.size(); i++) {
        if (examples[i].teacher_reads.empty())
            continue;
        reads.emplace_back();
        reads.back().sequences = std::move(examples[i].teacher_reads);
        examples[i].teacher_reads.clear();
        of.push_back(i);
    }
    const int64_t width = std::min<int64_t>(target.reference_width(), vocabulary);
    for (const batch & b : runner.evaluate(pointers(reads), width)) {
        for (int64_t s = 0; s < b.sequences(); s++) {
            distributions & d = examples[of[b.examples[b.owners[s]] - reads.data()]].teacher;
            d.width = width;
            d.ids.assign(b.top.ids.begin() + b.row_starts[s] * width, b.top.ids.begin() + b.row_starts[s + 1] * width);
            d.logp.assign(b.top.logp.begin() + b.row_starts[s] * width, b.top.logp.begin() + b.row_starts[s + 1] * width);
        }
    }
}

static void fill(batch_runner & runner, const objective & target, int64_t vocabulary, std::vector<example> & examples) {
    if (target.reference_width() > 0)
        return fill_teacher(runner, target, vocabulary, examples);
    std::vector<const example *> all = pointers(examples);
    for (const example * anchor : target.anchors(all))
        all.push_back(anchor);
    for (const batch & b : runner.evaluate(all)) {
        int64_t s = 0;
        for (const example * e : b.examples) {
            std::vector<double> sums;
            std::vector<std::vector<float>> each;
            for (size_t i = 0; i < e->sequences.size(); i++, s++) {
                sums.push_back(b.sequence_logp(s));
                each.emplace_back(b.logp.begin() + b.row_starts[s], b.logp.begin() + b.row_starts[s + 1]);
            }
            target.set_reference(const_cast<example &>(*e), sums, each); // one of `examples`, or its anchor
        }
    }
}

void compute_reference(session & s, const options & o) {
    if (!s.target->needs_reference())
        return;
    std::unique_ptr<model> other;
    std::unique_ptr<batch_runner> other_runner;
    rope_tables rope;
    batch_runner * runner = s.runner.get();
    if (!o.ref_model.empty()) {
        other = read_model(o.ref_model, false, s.place.buffers(), o.serving_context);
        if (other->hyper.vocabulary != s.net->hyper.vocabulary) {
            throw bad_input(o.ref_model + ": has " + std::to_string(other->hyper.vocabulary) + " tokens, the model has " +
                            std::to_string(s.net->hyper.vocabulary) + "; the reference must share its tokenizer");
        }
        fill_rope_tables(*other, s.longest, rope);
        other_runner = make_runner(*other, rope, o, s.longest, s.place);
        runner = other_runner.get();
    }
    fill(*runner, *s.target, s.net->hyper.vocabulary, s.data.examples);
    if (!s.val.examples.empty())
        fill(*runner, *s.target, s.net->hyper.vocabulary, s.val.examples);
}

} // namespace train
