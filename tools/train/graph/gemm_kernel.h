// The body of gemm() as a template over the vector width, instantiated once per instruction set in gemm.cpp.
// Blocking follows Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): B is packed into panels of NR
// columns, C is computed in MR x NR register tiles; A is read in place unless its stride would alias cache sets.
#pragma once
#include "../../kernels/register-tile.h"
#include "gemm.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace train {

constexpr int64_t block_k = 256; // a multiple of every quantized block length
constexpr int64_t block_n = 512; // likewise
constexpr int64_t block_m = 192;
constexpr int64_t packed_k = block_k + 16, packed_m = block_m + 16; // strides of a packed block of A: not a multiple of a page

struct Scratch {
    std::vector<float> b, a, row;
};

Scratch & gemm_scratch(); // one per thread

// Packs B[k0..k0+K)[n0..n0+N) into panels of NR columns: panel p, row k, column j at out[(p*K + k)*NR + j]; missing columns are zero.
template <int NR>
ALWAYS_INLINE void pack_b(const MatrixB & b, int64_t k0, int64_t K, int64_t n0, int64_t N, float * out, std::vector<float> & row) {
    const auto * traits = ggml_get_type_traits(b.type);
    const int64_t stored_first = b.transposed ? n0 : k0, stored_count = b.transposed ? N : K;
    const int64_t along_first = b.transposed ? k0 : n0, along_count = b.transposed ? K : N;
    const bool convert = b.type != GGML_TYPE_F32;
    if (convert && (int64_t) row.size() < along_count + 256)
        row.resize(along_count + 256);
    const int64_t panels = (N + NR - 1) / NR;
    if (N % NR)
        memset(out + (panels - 1) * K * NR, 0, K * NR * sizeof(float));
    for (int64_t s = 0; s < stored_count; s++) {
        const char * stored = (const char *) b.data + (stored_first + s) * b.stride + along_first / traits->blck_size * traits->type_size;
        const float * values = (const float *) stored;
        if (convert) {
            const int64_t whole = (along_count + traits->blck_size - 1) / traits->blck_size * traits->blck_size;
            traits->to_float(stored, row.data(), whole);
            values = row.data();
        }
        if (b.transposed) {
            float * column = out + (s / NR) * K * NR + s % NR;
            for (int64_t k = 0; k < K; k++)
                column[k * NR] = values[k];
        } else {
            for (int64_t p = 0; p < panels; p++) {
                memcpy(out + (p * K + s) * NR, values + p * NR, std::min<int64_t>(NR, N - p * NR) * sizeof(float));
            }
        }
    }
}

template <typename V, int MR, int NV>
ALWAYS_INLINE void gemm_body(int64_t M, int64_t N, int64_t K, float alpha, MatrixA a, MatrixB b, float * c, int64_t ldc, bool accumulate,
                             int ith, int nth) {
    constexpr int NR = NV * (int) (sizeof(V) / sizeof(float));
    int64_t m_first = 0, m_last = M, n_first = 0, n_last = N;
    if (nth > 1) {
        const int64_t align = ggml_is_quantized(b.type) && !b.transposed ? 256 : NR;
        if (N >= align * nth) {
            const int64_t share = (N / align + nth - 1) / nth * align;
            n_first = std::min(N, ith * share);
            n_last = ith == nth - 1 ? N : std::min(N, n_first + share);
        } else {
            const int64_t share = (M + nth - 1) / nth;
            m_first = std::min(M, ith * share);
            m_last = std::min(M, m_first + share);
        }
    }
    if (m_first >= m_last || n_first >= n_last)
        return;
    Scratch & scratch = gemm_scratch();
    const int64_t widest = (std::min(block_n, n_last - n_first) + NR - 1) / NR * NR;
    const size_t need = widest * std::min(block_k, K);
    if (scratch.b.size() < need)
        scratch.b.resize(need);
    // strides that are multiples of a page map every row of a tile to the same cache set
    const bool pack = (std::max(a.row_stride, a.col_stride) * sizeof(float)) % 4096 == 0 && (a.row_stride == 1 || a.col_stride == 1);
    if (pack && scratch.a.empty())
        scratch.a.resize(std::max(block_m * packed_k, block_k * packed_m));

    for (int64_t n0 = n_first; n0 < n_last; n0 += block_n) {
        const int64_t nc = std::min(block_n, n_last - n0);
        for (int64_t k0 = 0; k0 < K; k0 += block_k) {
            const int64_t kc = std::min(block_k, K - k0);
            const bool add = accumulate || k0 > 0;
            pack_b<NR>(b, k0, kc, n0, nc, scratch.b.data(), scratch.row);
            for (int64_t m0 = m_first; m0 < m_last; m0 += block_m) {
                const int64_t mc = std::min(block_m, m_last - m0);
                const float * ablock = a.data + m0 * a.row_stride + k0 * a.col_stride;
                int64_t rs = a.row_stride, cs = a.col_stride;
                if (pack && cs == 1) {
                    for (int64_t m = 0; m < mc; m++)
                        memcpy(&scratch.a[m * packed_k], ablock + m * rs, kc * sizeof(float));
                    ablock = scratch.a.data();
                    rs = packed_k;
                } else if (pack) {
                    for (int64_t k = 0; k < kc; k++)
                        memcpy(&scratch.a[k * packed_m], ablock + k * cs, mc * sizeof(float));
                    ablock = scratch.a.data();
                    cs = packed_m;
                }
                for (int64_t p = 0; p * NR < nc; p++) {
                    const int64_t columns = std::min<int64_t>(NR, nc - p * NR);
                    for (int64_t m = 0; m < mc; m += MR) {
                        tile_rows<V, MR, NV>(std::min<int64_t>(MR, mc - m), kc, ablock + m * rs, rs, cs, scratch.b.data() + p * kc * NR,
                                             alpha, c + (m0 + m) * ldc + n0 + p * NR, ldc, columns, add);
                    }
                }
            }
        }
    }
}

} // namespace train
