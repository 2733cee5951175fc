// A model as libllama serves it: what the trainer's own graph is compared with.
#pragma once
#include "../run/options.h"
#include "../run/session.h"

namespace train {

class served {
  public:
    // longest: inputs of the longest sequence that will be asked for. Throws bad_input.
    served(const options & o, const model & m, int64_t longest);

    // Logits [targets][vocabulary] of a sequence, in the trainer's order
    std::vector<float> logits(const sequence & s);

  private:
    loaded_model loaded;
    llama_context_ptr context;
    int64_t vocabulary;
};

// Of one row of logits
double logp_at(const float * logits, int64_t n, int32_t target);

struct differences {
    int64_t rows = 0, tokens = 0;
    double mean = 0, largest = 0; // of |log p of the trainer - log p of libllama|
};

// The trainer against libllama on some rows of the data set, before the first step. Throws bad_input when they differ by more than the type
// of the weights explains (libllama rounds activations where weights are not F32), naming what the trainer does not read of the file.
differences check_served(session & s, const options & o);

} // namespace train
