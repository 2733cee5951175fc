// What decoding with a small model on the CPU spends its time in, as a backend of ggml's that libllama asks before the CPU's own: products
// with large F32 matrices (packed-matrix.h) and attention (attend.h).
#pragma once

// From here on contexts use it. For models whose products run on one thread each: it has no threads of its own.
void register_own_kernels();
