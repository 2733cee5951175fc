// DoRA (Liu et al. 2024, arXiv 2402.09353): W' = m * (W + s B A) / ||W + s B A||, the norm of each output's row, m trained from the norms
// of W. The norm is a constant to the gradient, as in the paper's section 4.3; it is measured anew before each step. llama.cpp's adapters
// hold no magnitudes: the result is written merged.
#pragma once
#include "../families/model.h"

namespace train {

void add_magnitude(model & m, const target & t); // throws bad_input where it cannot have one: embedding, head, router, experts
void start_magnitudes(model & m);                // at the norms of the base
void measure_norms(model & m);                   // of W + s B A as they are now; nothing to do without magnitudes

// The values of a weight as it is served, F32; empty where it has no magnitude.
std::vector<float> merged_weight(const model & m, const ggml_tensor * weight);

} // namespace train
