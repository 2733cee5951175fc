// The innermost part of a matrix product, for any vector width: the trainer's gemm and the sampler's packed products are built on it.
#pragma once
#include <cstdint>
#include <cstring>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// One register tile: C[0..MR)[0..NV*lanes) (+)= alpha * A * panel
template <typename V, int MR, int NV>
ALWAYS_INLINE void tile(int64_t K, const float * a, int64_t rs, int64_t cs, const float * panel, float alpha, float * c, int64_t ldc,
                        int64_t columns, bool accumulate) {
    constexpr int lanes = sizeof(V) / sizeof(float);
    V acc[MR][NV];
    for (int i = 0; i < MR; i++)
        for (int j = 0; j < NV; j++)
            acc[i][j] = V{};
    for (int64_t k = 0; k < K; k++) {
        V b[NV];
        for (int j = 0; j < NV; j++)
            memcpy(&b[j], panel + (k * NV + j) * lanes, sizeof(V));
#pragma GCC unroll 16
        for (int i = 0; i < MR; i++) {
            const float av = a[i * rs + k * cs];
            for (int j = 0; j < NV; j++)
                acc[i][j] += av * b[j];
        }
    }
    if (columns == NV * lanes) {
#pragma GCC unroll 16
        for (int i = 0; i < MR; i++) {
            for (int j = 0; j < NV; j++) {
                V out = acc[i][j] * alpha;
                if (accumulate) {
                    V old;
                    memcpy(&old, c + i * ldc + j * lanes, sizeof(V));
                    out += old;
                }
                memcpy(c + i * ldc + j * lanes, &out, sizeof(V));
            }
        }
        return;
    }
    float edge[MR][NV * lanes];
    memcpy(edge, acc, sizeof(edge));
    for (int i = 0; i < MR; i++) {
        for (int64_t j = 0; j < columns; j++)
            c[i * ldc + j] = alpha * edge[i][j] + (accumulate ? c[i * ldc + j] : 0.0f);
    }
}

template <typename V, int MR, int NV>
ALWAYS_INLINE void tile_rows(int64_t rows, int64_t K, const float * a, int64_t rs, int64_t cs, const float * panel, float alpha, float * c,
                             int64_t ldc, int64_t columns, bool accumulate) {
#define WITH_ROWS(n)                                                                                                                       \
    case n:                                                                                                                                \
        if constexpr (n <= MR)                                                                                                             \
            tile<V, (n <= MR ? n : 1), NV>(K, a, rs, cs, panel, alpha, c, ldc, columns, accumulate);                                       \
        break
    switch (rows) {
        WITH_ROWS(1);
        WITH_ROWS(2);
        WITH_ROWS(3);
        WITH_ROWS(4);
        WITH_ROWS(5);
        WITH_ROWS(6);
        WITH_ROWS(7);
        WITH_ROWS(8);
        WITH_ROWS(9);
        WITH_ROWS(10);
        WITH_ROWS(11);
        WITH_ROWS(12);
    }
#undef WITH_ROWS
}
