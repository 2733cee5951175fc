#pragma once
#include "../families/model.h"

namespace train {

// Leaves one feature of a family out of the trainer's graph, for tests that show that it matters. Throws bad_input with the list of
// features for another name, and for a feature that the model does not have.
void switch_off(model & m, const std::string & feature);

} // namespace train
