// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) with global norm clipping, a learning-rate schedule, and an average of the weights.
#pragma once
#include "../families/model.h"
#include "../run/team.h"
#include "../run/worker.h"
#include "device-step.h"
#include "learning-rate.h"

namespace train {

class optimizer {
  public:
    optimizer(model & m, const optimizer_options & options);

    // Sums the workers' gradients, in worker order, into the first worker's; returns their global norm.
    // The result does not depend on timing: every element is summed in the same order by whichever thread.
    double reduce(team & threads, const std::vector<std::unique_ptr<worker>> & workers);

    // Moves the weights by the reduced gradient. step counts from 1, in this run.
    void update(team & threads, worker & reduced, double norm, double rate, int64_t step);

    // From now on steps are taken on the worker's device, where it has one; the moments as they are now are taken along. The average of the
    // weights is kept on the host: with it, steps stay there too.
    void move_to_device(worker & w);
    // Brings weights and moments back to the host, before somebody reads them there.
    void settle();

    // Exchanges weights and their average (where --ema asks for one): around validation and before saving.
    void swap_average();

    struct state {
        std::vector<float> first, second, average;
    };                         // one value per weight
    std::vector<state> states; // by parameter index
    int64_t age = 0;           // steps that the moments had seen before this run (see moments.h)

  private:
    struct span {
        int parameter;
        int64_t first, count;
    };

    model & m;
    optimizer_options options;
    std::vector<span> spans;
    std::unique_ptr<device_step> device;
};

} // namespace train
