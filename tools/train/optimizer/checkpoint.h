// The state of a run on disk: weights, optimizer moments, averages, the step. A run that goes on from it computes the same bits.
#pragma once
#include "optimizer.h"

namespace train {

struct run_state {
    int64_t step = 0; // steps done
    double last_loss = 0.0;
    double best = 1e300; // best validation loss so far
    int64_t best_step = 0, validations_since_best = 0;
    std::vector<std::vector<float>> best_weights; // by parameter, kept for early stopping
};

std::string checkpoint_path(const std::string & directory);

// fingerprint: everything that must not change between the parts of a run. Throws bad_input, e.g. when the disk is full; the old checkpoint
// stays then.
void write_checkpoint(const std::string & directory, const std::string & fingerprint, const model & m, const optimizer & adam,
                      const run_state & state);

// Returns false where there is none. Throws bad_input for a checkpoint of another run.
bool read_checkpoint(const std::string & directory, const std::string & fingerprint, model & m, optimizer & adam, run_state & state);

} // namespace train
