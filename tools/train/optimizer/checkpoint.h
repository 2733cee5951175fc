// The state of a run on disk: weights, optimizer moments, averages, the step. A run that goes on from it computes the same bits.
#pragma once
#include "../save/gguf-file.h"
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

// Bytes that a checkpoint of this run takes, about.
int64_t checkpoint_bytes(const model & m, const optimizer & adam, bool keeps_best);

// fingerprint: everything that must not change between the parts of a run. The file still lies beside the older checkpoint, which goes when
// this one is on the disk (pending_file::keep). Throws bad_input, e.g. when the disk is full; the old checkpoint stays then.
std::unique_ptr<pending_file> write_checkpoint(const std::string & directory, const std::string & fingerprint, const model & m,
                                               const optimizer & adam, const run_state & state);

// Returns false where there is none, or a damaged one, which is said and deleted. Throws bad_input for a checkpoint of another run.
bool read_checkpoint(const std::string & directory, const std::string & fingerprint, model & m, optimizer & adam, run_state & state);

} // namespace train
