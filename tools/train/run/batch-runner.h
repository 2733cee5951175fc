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

    // Micro-batches, and the logits at once, half as large from now on, and activations computed twice.
    void shrink();

    int64_t planned = 0; // bytes that a micro-batch is expected to take on a device
    team threads;
    std::vector<std::unique_ptr<worker>> workers;

  private:
    // As run_once; where a device has no room for a micro-batch, once more with a smaller one.
    std::vector<batch> run(const std::vector<const example *> & examples, const loss * objective, int64_t top);
    std::vector<batch> run_once(const std::vector<const example *> & examples, const loss * objective, int64_t top);
    int64_t max_tokens, max_examples;
    bool packed, shrunk = false;
};

} // namespace train
