// Compiles a function once per instruction set; the loader picks one.
#pragma once
#if defined(__x86_64__) && defined(__linux__) && !defined(__clang__)
#define TRAIN_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TRAIN_CLONES
#endif
