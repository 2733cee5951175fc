// Distillation: rows of a prompt, a completion, and what the teacher reads or says.
#include "distill.h"
#include "bad-input.h"
#include "distill-loss.h"
#include <cmath>

namespace train {

// [[[id, logprob], ...], ...], one list a token of the completion; kept are those of targets
static distributions given(const json_row & row, const sequence & s, const row_tokens & tokens, int32_t width) {
    const auto wrong = [&](const std::string & what) { return bad_row(row.file, row.line, "\"teacher_logprobs\" " + what); };
    const common_json & rows = row.json.at("teacher_logprobs");
    const int64_t length = (int64_t) s.tokens.size() - s.answer;
    if (!rows.is_array() || (int64_t) rows.size() != length)
        throw wrong("must hold one list of [token id, logprob] for each of the completion's " + std::to_string(length) + " tokens");
    distributions d;
    d.width = std::min<int64_t>(width, (int64_t) tokens.vocab().size());
    for (int64_t t = 0; t < length; t++) {
        const common_json & list = rows.at((size_t) t);
        if (!list.is_array() || list.size() == 0)
            throw wrong("has no [token id, logprob] for a token");
        double mass = 0;
        std::vector<std::pair<float, int32_t>> known;
        for (size_t i = 0; i < list.size(); i++) {
            const common_json & one = list.at(i);
            if (!one.is_array() || one.size() != 2 || !one.at(0).is_number() || !one.at(1).is_number())
                throw wrong("must hold [token id, logprob] pairs");
            const double id = one.at(0).get<double>(), logp = one.at(1).get<double>();
            if (!(id >= 0 && id < (double) tokens.vocab().size()) || id != std::floor(id) || !(logp <= 1e-3))
                throw wrong("has a token id that is not in the vocabulary, or a logprob above 0");
            mass += std::exp(logp);
            known.push_back({(float) logp, (int32_t) id});
        }
        if (mass > 1.001)
            throw wrong("adds up to a probability of " + std::to_string(mass) + " at one token");
        if (!s.learns(s.answer + t))
            continue;
        std::sort(known.begin(), known.end(), [](const auto & a, const auto & b) { return a.first > b.first; });
        // a list shorter than the width is filled up with a token of no probability
        for (int64_t i = 0; i < d.width; i++) {
            d.ids.push_back(i < (int64_t) known.size() ? known[i].second : -1);
            d.logp.push_back(i < (int64_t) known.size() ? known[i].first : -INFINITY);
        }
    }
    return d;
}

std::vector<example> distill::read(const json_row & row, const row_tokens & tokens) const {
    std::vector<example> all;
    for (sequence & s : read_row(row, tokens, turns::last, 0.0)) {
        example e;
        e.sequences = {std::move(s)};
        e.weight = row_weight(row);
        const sequence & own = e.sequences[0];
        if (row_has(row, "teacher_logprobs")) {
            e.teacher = given(row, own, tokens, o.width);
        } else if (row_has(row, "teacher_prompt")) {
            json_row teacher = row;
            teacher.json.erase("messages");
            teacher.json["prompt"] = row.json.at("teacher_prompt");
            const token_ids prompt = tokens.prompt(teacher);
            sequence reads = join(prompt, token_ids(own.tokens.begin() + own.answer, own.tokens.end()));
            std::copy(own.weights.begin() + own.answer, own.weights.end(), reads.weights.begin() + reads.answer);
            if (own.answer == 0 || reads.answer == 0)
                throw bad_row(row.file, row.line, "prompt and teacher_prompt must not be empty");
            e.teacher_reads = {std::move(reads)};
        } else if (o.other) {
            e.teacher_reads = {own};
        } else {
            throw bad_row(row.file, row.line, "a row needs \"teacher_prompt\" or \"teacher_logprobs\" (or give --ref-model)");
        }
        all.push_back(std::move(e));
    }
    return all;
}

std::unique_ptr<loss> distill::step_loss(const std::vector<const example *> & examples) const {
    double sum = 0;
    for (const example * e : examples)
        sum += e->weight * e->target_weight();
    return std::make_unique<distill_loss>(o.nll_weight, std::max(sum, 1e-9));
}

void distill::report(const std::vector<batch> & batches, const std::string & prefix, json & line) const {
    double divergence = 0, targets = 0, exact = 0, sequences = 0;
    for (const batch & b : batches) {
        for (float d : b.divergence)
            divergence += d;
        targets += (double) b.targets.size();
        for (int64_t s = 0; s < b.sequences(); s++)
            exact += b.sequence_greedy(s);
        sequences += (double) b.sequences();
    }
    line[prefix + "divergence"] = divergence / std::max(1.0, targets);
    line[prefix + "exact"] = exact / std::max(1.0, sequences);
}

} // namespace train
