// Single-precision matrix product for the trainer's CPU path: C[M,N] (+)= alpha * A[M,K] * B[K,N], row-major.
// Training multiplies by W, by W^T and by activations^T; ggml's mul_mat knows only one of these shapes, so the others cost transposed
// copies of every activation. Here A may have any strides, and B may be stored either way and in any ggml type: it is unpacked
// (dequantized, transposed) panel by panel while being packed for the micro-kernel. The instruction set is chosen at run time.
// The order of summation over K never depends on the number of threads, so results are bit-equal for any of them.
#pragma once
#include "ggml.h"
#include <cstdint>

namespace train {

struct MatrixA {
    const float * data;
    int64_t row_stride; // elements between A[m][k] and A[m+1][k]
    int64_t col_stride; // elements between A[m][k] and A[m][k+1]
};

struct MatrixB {
    const void * data;
    ggml_type type;  // storage type; quantized rows must be stored along their contiguous dimension
    int64_t stride;  // bytes between stored rows
    bool transposed; // false: stored row k holds B[k][0..N); true: stored row n holds B[0..K)[n]
};

// Thread `ith` of `nth` computes its share of C. No barrier is needed between threads: shares are disjoint.
void gemm(int64_t M, int64_t N, int64_t K, float alpha, MatrixA a, MatrixB b, float * c, int64_t ldc, bool accumulate, int ith = 0,
          int nth = 1);

} // namespace train
