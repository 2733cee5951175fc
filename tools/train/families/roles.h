// Which tensor plays which part in a llama, qwen2 or qwen3 model.
#pragma once
#include "model.h"

namespace train {

// Sets layers, token_embedding, output_norm, output from m.tensors. Throws bad_input for tensors that are missing, of the wrong shape, or
// unknown (an unknown tensor means the model computes something that the trainer would leave out).
void assign_roles(model & m);

} // namespace train
