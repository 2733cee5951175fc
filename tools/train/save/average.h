#pragma once
#include <string>
#include <vector>

namespace train {

// `llama-train average -m A -m B [--share 0.7 --share 0.3] --out C`: the weighted mean of weight files of one shape, tensor by tensor in
// F32, stored in the first file's types. Of LoRA adapters: exactly the mean of their products B A, as one adapter whose rank is the sum of
// theirs; with --factors the mean of A and of B each, which keeps the rank and is right only along one training, where they differ little.
int average(int argc, char ** argv);

} // namespace train
