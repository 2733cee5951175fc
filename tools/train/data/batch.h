// What is trained on: examples of one or more token sequences, and batches of them laid end to end for one graph.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace train {

struct sequence {
    std::vector<int32_t> tokens;
    std::vector<float> weights;                                         // by token: what it counts in the loss; 0: it is no target
    int64_t answer = 0;                                                 // tokens[answer..] are the (last) completion
    int64_t targets() const;                                            // tokens that are targets
    int64_t inputs() const { return (int64_t) tokens.size() - 1; }      // the last token is only a target
    bool learns(int64_t t) const { return t > 0 && weights[t] > 0.0f; } // nothing precedes the first token, so it cannot be a target
};

// Distributions over the vocabulary, one a target: the most likely tokens of each and their log-probs; what is left is one bucket.
struct distributions {
    int64_t width = 0; // tokens a row
    std::vector<int32_t> ids;
    std::vector<float> logp;
    bool empty() const { return ids.empty(); }
};

// SFT: one sequence. DPO: chosen, rejected. GRPO: one completion of a group. Sequences of one example stay in one graph.
struct example {
    std::vector<sequence> sequences;
    double weight = 1.0;
    int64_t line = 0; // in the data file
    int64_t inputs() const;
    int64_t targets() const;
    double target_weight() const; // the sum of the targets' weights
    // GRPO
    double reward = 0.0, advantage = 0.0;
    std::vector<float> sampled; // log-probs of the targets when they were sampled
    // DPO, KTO: the sequences' log-probs under the reference. GRPO: one for each target.
    std::vector<float> reference;
    // Distillation: what the teacher reads instead of sequences[0], as long as its targets are not known; then their distributions
    std::vector<sequence> teacher_reads;
    std::vector<example> anchor; // KTO: none or one, the prompt with an answer to another
    distributions teacher;
};

// One target's row of a `distributions`
struct distribution {
    const int32_t * ids;
    const float * logp;
    int64_t width;
};

// Rows of one graph: the inputs of all sequences end to end, and one target for each position that has one.
struct batch {
    std::vector<const example *> examples;
    std::vector<int32_t> tokens;     // inputs
    std::vector<int32_t> owners;     // the example of each sequence
    std::vector<int32_t> starts;     // first input of each sequence, then the total; of packed ones not in ascending order
    std::vector<int32_t> places;     // of each input: its position in its sequence
    std::vector<int32_t> groups;     // of each input: its sequence, -1 where there is none
    int64_t row_length = 0;          // packed: inputs of a row, each of which holds whole sequences; 0: no rows
    std::vector<int32_t> positions;  // of the targets: index into tokens
    std::vector<int32_t> targets;    // token that should follow
    std::vector<float> weights;      // of the targets
    std::vector<uint8_t> answers;    // whether the target belongs to the (last) completion
    std::vector<int32_t> row_starts; // first target of each sequence, then the total
    std::vector<distribution> soft;  // of each target, where there is a teacher; else empty
    std::vector<float> coefficients; // dL/dlogp of each target, where they are known before a device computes
    // filled by computing
    std::vector<float> logp;       // of each target
    std::vector<uint8_t> greedy;   // whether the target was the largest logit
    std::vector<float> divergence; // KL(teacher || model) of each target, where there is a teacher
    distributions top;             // the model's own, of top.width tokens, where that was set before computing

    int64_t sequences() const { return (int64_t) starts.size() - 1; }
    int64_t pack_rows() const { return (int64_t) tokens.size() / row_length; }
    bool shares_rows() const { return sequences() > pack_rows(); } // some row holds more than one sequence
    double weight_of(int64_t sequence) const { return examples[owners[sequence]]->weight; }
    double sequence_logp(int64_t sequence) const; // unweighted
    bool sequence_greedy(int64_t sequence) const; // teacher-forced: greedy decoding would have written exactly this answer
};

// n, or up to a sixteenth more: one of 16 sizes between a power of two and the next. Batches whose sizes are rounded share their graph.
int64_t rounded(int64_t n);

// packed: into rows as long as the longest sequence, rounded, each sequence into the first row that has room; their number is rounded too.
// The rest is tokens that nothing looks at
batch make_batch(const std::vector<const example *> & examples, bool packed);

// Cuts examples into batches of like length with at most max_tokens inputs each (one example may exceed it) and at most max_examples (0:
// any), at least `pieces` where there are that many examples. The cut depends on the arguments alone.
std::vector<batch> split_by_length(std::vector<const example *> examples, int64_t max_tokens, int64_t max_examples, int64_t pieces,
                                   bool packed);

// A seeded permutation of 0..n-1 (Fisher-Yates over splitmix64): the same on every platform
std::vector<int64_t> permutation(int64_t n, uint64_t seed);

} // namespace train
