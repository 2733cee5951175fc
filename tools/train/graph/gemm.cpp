// Instantiates gemm_body for each instruction set and chooses one when the program starts.
#include "gemm_kernel.h"

namespace train {

Scratch & gemm_scratch() {
    thread_local Scratch scratch;
    return scratch;
}

typedef float v4 __attribute__((vector_size(16)));
using kernel = void (*)(int64_t, int64_t, int64_t, float, MatrixA, MatrixB, float *, int64_t, bool, int, int);

static void gemm_portable(int64_t M, int64_t N, int64_t K, float alpha, MatrixA a, MatrixB b, float * c, int64_t ldc, bool accumulate,
                          int ith, int nth) {
    gemm_body<v4, 6, 2>(M, N, K, alpha, a, b, c, ldc, accumulate, ith, nth);
}

#if defined(__x86_64__)
typedef float v8 __attribute__((vector_size(32)));
typedef float v16 __attribute__((vector_size(64)));

__attribute__((target("avx2,fma"))) static void gemm_avx2(int64_t M, int64_t N, int64_t K, float alpha, MatrixA a, MatrixB b, float * c,
                                                          int64_t ldc, bool accumulate, int ith, int nth) {
    gemm_body<v8, 6, 2>(M, N, K, alpha, a, b, c, ldc, accumulate, ith, nth);
}

__attribute__((target("avx512f,avx512vl,fma"))) static void gemm_avx512(int64_t M, int64_t N, int64_t K, float alpha, MatrixA a, MatrixB b,
                                                                        float * c, int64_t ldc, bool accumulate, int ith, int nth) {
    gemm_body<v16, 12, 2>(M, N, K, alpha, a, b, c, ldc, accumulate, ith, nth);
}
#endif

static kernel choose() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        return gemm_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return gemm_avx2;
#endif
    return gemm_portable;
}

void gemm(int64_t M, int64_t N, int64_t K, float alpha, MatrixA a, MatrixB b, float * c, int64_t ldc, bool accumulate, int ith, int nth) {
    static const kernel chosen = choose();
    chosen(M, N, K, alpha, a, b, c, ldc, accumulate, ith, nth);
}

} // namespace train
