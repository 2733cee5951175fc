#pragma once
#include "graph.h"
#include "operations.h"
#include <memory>

namespace train {

// ggml's own operations, which every backend knows (CUDA has them all; what one lacks, the scheduler computes on the CPU). Sequences are
// packed into rows of one length, and a mask keeps them apart. The backward pass multiplies transposed copies: OUT_PROD is slower or
// missing on most backends.
std::unique_ptr<operations> plain_operations(graph & g, const model & m);

} // namespace train
