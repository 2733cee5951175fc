// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) with global norm clipping, a learning-rate schedule, and an average of the weights.
#pragma once
#include "model.h"
#include "team.h"
#include "worker.h"

namespace train {

enum class schedule { cosine, linear, constant };

struct optimizer_options {
    double rate = 1e-3;
    int64_t warmup = 0;            // steps of linear rise
    schedule shape = schedule::cosine;
    double min_ratio = 0.0;        // what the schedule falls to, as a part of rate
    double weight_decay = 0.0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double clip = 1.0;             // largest global norm; 0: none
    double average = 0.0;          // decay of the weights' exponential moving average; 0: none
};

// step counts from 1
double learning_rate(const optimizer_options & o, int64_t step, int64_t steps);

class optimizer {
  public:
    optimizer(const model & m, const optimizer_options & options);

    // Sums the workers' gradients, in worker order, into the first worker's; returns their global norm.
    // The result does not depend on timing: every element is summed in the same order by whichever thread.
    double reduce(team & threads, const std::vector<std::unique_ptr<worker>> & workers);

    // Moves the weights by the reduced gradient. step counts from 1.
    void update(team & threads, const worker & reduced, double norm, double rate, int64_t step);

    // Exchanges weights and their average (where --ema asks for one): around validation and before saving.
    void swap_average();

    struct state { std::vector<float> first, second, average; }; // one value per weight
    std::vector<state> states; // by parameter index

  private:
    struct span { int parameter; int64_t first, count; };

    const model & m;
    optimizer_options options;
    std::vector<span> spans;
};

} // namespace train
