// Computes batches on all workers.
#pragma once
#include "../optimizer/optimizer.h"
#include "team.h"

namespace train {

class batch_runner {
  public:
    batch_runner(const model & m, const rope_tables & rope, int workers, const worker_options & options, int64_t max_tokens,
                 int64_t max_examples);

    // Log-probs and greedy matches of all examples. top: how many of the likeliest tokens to keep of each target's distribution.
    std::vector<batch> evaluate(const std::vector<const example *> & examples, int64_t top = 0);

    // The same, and leaves the gradient of the objective, summed over the examples, in the workers.
    std::vector<batch> train(const std::vector<const example *> & examples, const loss & objective);

    team threads;
    std::vector<std::unique_ptr<worker>> workers;

  private:
    std::vector<batch> run(const std::vector<const example *> & examples, const loss * objective, int64_t top);
    int64_t max_tokens, max_examples;
    bool padded;
};

} // namespace train
