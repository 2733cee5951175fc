#pragma once
#include "../run/session.h"
#include "optimizer.h"
#include <string>

namespace train {

// What must be the same for a run to go on from its checkpoint: the options that change its numbers, the base, the examples, the trained
// tensors, and the optimizer as it starts.
std::string fingerprint_of(const options & o, const session & s, const optimizer & adam);

} // namespace train
