// Everything a run is made of, loaded and checked from its options.
#pragma once
#include "../data/dataset.h"
#include "../graph/attention.h"
#include "batch-runner.h"
#include "load-model.h"
#include "row-tokens.h"

namespace train {

struct session {
    explicit session(const options & o); // throws bad_input

    std::unique_ptr<objective> target;
    loaded_model vocabulary;
    row_tokens tokens;
    train::place place;
    std::unique_ptr<model> net;
    dataset data, val;
    std::vector<example> parity; // rows as they were sampled: see checks/parity.h
    int64_t longest;             // inputs of the longest sequence
    rope_tables rope;
    std::unique_ptr<batch_runner> runner;
};

std::unique_ptr<batch_runner> make_runner(const model & m, const rope_tables & rope, const options & o, int64_t longest,
                                          const place & where);

std::vector<const example *> pointers(const std::vector<example> & examples);

// The loss over all batches of a step
double total_loss(const std::vector<batch> & batches, const loss & objective);

} // namespace train
