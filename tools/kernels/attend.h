// Attention of a step's tokens over the cells that each of them sees. libllama's own goes head by head over all cells of all sequences,
// whose cells lie between each other's; this one goes cell by cell, all heads of a cell at once, and leaves out the cells that the mask
// hides.
#pragma once

struct ggml_tensor;

// Is the node a FLASH_ATTN_EXT that attend() computes? (keys and values in F16, no ALiBi, no soft cap, no sinks, one set of cells, few
// tokens)
bool can_attend(const ggml_tensor * node);

void attend(ggml_tensor * node);
