// Tensor data from a GGUF file: as stored, or as F32.
#pragma once
#include "model.h"

namespace train {

// Fills the model's tensors from its file, converting where their types differ. Throws bad_input for a file that is cut short.
void read_tensors(model & m);

// n values of any type to F32
void to_f32(ggml_type type, const void * stored, float * values, int64_t n);

} // namespace train
