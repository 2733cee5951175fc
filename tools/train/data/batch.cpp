#include "batch.h"
#include "random.h"
#include <algorithm>
#include <numeric>

namespace train {

int64_t sequence::targets() const {
    int64_t n = 0;
    for (int64_t t = 0; t < (int64_t) tokens.size(); t++)
        n += learns(t);
    return n;
}

int64_t example::inputs() const {
    int64_t n = 0;
    for (const sequence & s : sequences)
        n += s.inputs();
    return n;
}

int64_t example::targets() const {
    int64_t n = 0;
    for (const sequence & s : sequences)
        n += s.targets();
    return n;
}

double example::target_weight() const {
    double sum = 0;
    for (const sequence & s : sequences)
        for (int64_t t = 0; t < (int64_t) s.tokens.size(); t++)
            sum += s.learns(t) ? s.weights[t] : 0.0;
    return sum;
}

double batch::sequence_logp(int64_t s) const {
    double sum = 0;
    for (int64_t r = row_starts[s]; r < row_starts[s + 1]; r++)
        sum += logp[r];
    return sum;
}

bool batch::sequence_greedy(int64_t s) const {
    for (int64_t r = row_starts[s]; r < row_starts[s + 1]; r++)
        if (answers[r] && !greedy[r])
            return false;
    return true;
}

// Where the sequences begin, in their order, and the total: end to end, or in rows of `length`
static std::vector<int32_t> lay_out(const std::vector<const example *> & examples, int64_t length) {
    std::vector<int32_t> starts;
    std::vector<int64_t> filled; // of each row
    int64_t total = 0;
    for (const example * e : examples) {
        for (const sequence & s : e->sequences) {
            if (length == 0) {
                starts.push_back((int32_t) total);
                total += s.inputs();
                continue;
            }
            auto row = std::find_if(filled.begin(), filled.end(), [&](int64_t used) { return used + s.inputs() <= length; });
            if (row == filled.end())
                row = filled.insert(row, 0);
            starts.push_back((int32_t) ((row - filled.begin()) * length + *row));
            *row += s.inputs();
        }
    }
    starts.push_back((int32_t) (length == 0 ? total : rounded((int64_t) filled.size()) * length));
    return starts;
}

int64_t rounded(int64_t n) {
    int64_t step = 1;
    while (32 * step <= n)
        step *= 2;
    return (n + step - 1) / step * step;
}

batch make_batch(const std::vector<const example *> & examples, bool packed) {
    batch b;
    b.examples = examples;
    b.row_starts = {0};
    if (packed)
        for (const example * e : examples)
            for (const sequence & s : e->sequences)
                b.row_length = std::max(b.row_length, rounded(s.inputs()));
    b.starts = lay_out(examples, b.row_length);
    b.tokens.assign(b.starts.back(), 0);
    b.places.assign(b.starts.back(), 0);
    b.groups.assign(b.starts.back(), -1);
    for (const example * const & e : examples) {
        for (const sequence & s : e->sequences) {
            const int32_t first = b.starts[b.owners.size()];
            for (int32_t t = 0; t < (int32_t) s.inputs(); t++) {
                b.tokens[first + t] = s.tokens[t];
                b.places[first + t] = t;
                b.groups[first + t] = (int32_t) b.owners.size();
            }
            for (int64_t t = 1; t < (int64_t) s.tokens.size(); t++) {
                if (!s.learns(t))
                    continue;
                b.positions.push_back(first + (int32_t) t - 1);
                b.targets.push_back(s.tokens[t]);
                b.weights.push_back(s.weights[t]);
                b.answers.push_back(t >= s.answer);
            }
            b.owners.push_back((int32_t) (&e - examples.data()));
            b.row_starts.push_back((int32_t) b.targets.size());
        }
    }
    for (const example * e : examples)
        for (int64_t at = 0; at < (int64_t) e->teacher.ids.size(); at += e->teacher.width)
            b.soft.push_back({&e->teacher.ids[at], &e->teacher.logp[at], e->teacher.width});
    b.divergence.resize(b.soft.size());
    b.logp.resize(b.targets.size());
    b.greedy.resize(b.targets.size());
    return b;
}

std::vector<batch> split_by_length(std::vector<const example *> examples, int64_t max_tokens, int64_t max_examples, int64_t pieces,
                                   bool packed) {
    std::stable_sort(examples.begin(), examples.end(), [](const example * a, const example * b) { return a->inputs() > b->inputs(); });
    int64_t total = 0;
    for (const example * e : examples)
        total += e->inputs();
    const int64_t wanted = std::max(pieces, (total + max_tokens - 1) / max_tokens);
    const int64_t even = (wanted + pieces - 1) / pieces * pieces; // the same number for every worker
    const int64_t each = std::min(max_tokens, (total + even - 1) / even);
    std::vector<batch> batches;
    std::vector<const example *> current;
    int64_t tokens = 0, left = (int64_t) examples.size();
    for (const example * e : examples) {
        const bool full = tokens + e->inputs() > each + e->inputs() / 2 || (max_examples > 0 && (int64_t) current.size() >= max_examples);
        const bool spread = (int64_t) batches.size() + 1 + left <= pieces; // few examples: one each
        if (!current.empty() && (full || spread)) {
            batches.push_back(make_batch(current, packed));
            current.clear();
            tokens = 0;
        }
        current.push_back(e);
        tokens += e->inputs();
        left--;
    }
    if (!current.empty())
        batches.push_back(make_batch(current, packed));
    return batches;
}

std::vector<int64_t> permutation(int64_t n, uint64_t seed) {
    std::vector<int64_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    random_stream random(seed);
    for (int64_t i = n - 1; i > 0; i--)
        std::swap(order[i], order[random.below((uint64_t) i + 1)]);
    return order;
}

} // namespace train
