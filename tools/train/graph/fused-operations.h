#pragma once
#include "graph.h"
#include "operations.h"
#include <memory>

namespace train {

// Custom nodes that run on the CPU: no transposed copies, no masks, no padding, weights of any ggml type.
std::unique_ptr<operations> fused_operations(graph & g);

} // namespace train
