#pragma once
#include "../run/session.h"

namespace train {

// Computes the log-probs of all examples under the reference model, once, and stores them in the examples: --ref-model where given (it is
// loaded for this only, so that two models are never used at once while training), else the session's model as it stands (call it before
// the first step).
void compute_reference(session & s, const options & o);

} // namespace train
