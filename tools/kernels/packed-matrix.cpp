#include "packed-matrix.h"

#include "register-tile.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <vector>

static const int64_t block_inputs = 256; // a tile's rows, over so many inputs, stay in the first cache
static const int64_t block_rows = 96;    // so many rows are read in place of one another: all their inputs stay in the second

// Rows in a tile and outputs in a panel, for the registers that there are.
template <typename V, int MR, int NV>
ALWAYS_INLINE void multiply_panels(const float * panels, int64_t outputs, int64_t inputs, const float * rows, int64_t count,
                                   float * result) {
    constexpr int64_t width = NV * (int64_t) (sizeof(V) / sizeof(float));
    static thread_local std::vector<float> block;
    // a stride that is a multiple of a page would map every row of a tile to the same lines of the cache
    const int64_t stride = (inputs + 15) / 16 * 16 + 16;
    block.resize((size_t) (stride * std::min(block_rows, count)));
    for (int64_t first = 0; first < count; first += block_rows) {
        const int64_t here = std::min(block_rows, count - first);
        for (int64_t r = 0; r < here; r++) {
            std::copy_n(rows + (first + r) * inputs, inputs, &block[(size_t) (r * stride)]);
        }
        for (int64_t n = 0; n < outputs; n += width) {
            const int64_t columns = std::min(width, outputs - n);
            for (int64_t k = 0; k < inputs; k += block_inputs) {
                const float * panel = panels + n * inputs + k * width;
                for (int64_t r = 0; r < here; r += MR) {
                    tile_rows<V, MR, NV>(std::min<int64_t>(MR, here - r), std::min(block_inputs, inputs - k),
                                         &block[(size_t) (r * stride + k)], stride, 1, panel, 1.0f, result + (first + r) * outputs + n,
                                         outputs, columns, k > 0);
                }
            }
        }
    }
}

struct kernel {
    int64_t width; // of a panel
    void (*multiply)(const float *, int64_t, int64_t, const float *, int64_t, float *);
};

typedef float v4 __attribute__((vector_size(16)));
static void multiply_portable(const float * p, int64_t n, int64_t k, const float * rows, int64_t count, float * result) {
    multiply_panels<v4, 6, 2>(p, n, k, rows, count, result);
}

#if defined(__x86_64__)
typedef float v8 __attribute__((vector_size(32)));
typedef float v16 __attribute__((vector_size(64)));

__attribute__((target("avx2,fma"))) static void multiply_avx2(const float * p, int64_t n, int64_t k, const float * rows, int64_t count,
                                                              float * result) {
    multiply_panels<v8, 6, 2>(p, n, k, rows, count, result);
}

__attribute__((target("avx512f,avx512vl,fma"))) static void multiply_avx512(const float * p, int64_t n, int64_t k, const float * rows,
                                                                            int64_t count, float * result) {
    multiply_panels<v16, 12, 2>(p, n, k, rows, count, result);
}
#endif

static kernel choose_kernel() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        return {32, multiply_avx512};
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return {16, multiply_avx2};
    }
#endif
    return {8, multiply_portable};
}

static const kernel & chosen() {
    static const kernel one = choose_kernel();
    return one;
}

void packed_matrix::free_array::operator()(float * array) const {
    std::free(array);
}

packed_matrix::packed_matrix(const float * weights, int64_t outputs, int64_t inputs) : outputs(outputs), inputs(inputs) {
    const int64_t width = chosen().width;
    const int64_t count = (outputs + width - 1) / width * width * inputs;
    panels.reset((float *) std::aligned_alloc(64, ((size_t) count * sizeof(float) + 63) / 64 * 64));
    if (!panels) {
        throw std::bad_alloc();
    }
    for (int64_t n = 0; n < outputs; n += width) {
        float * panel = panels.get() + n * inputs;
        for (int64_t j = 0; j < width; j++) {
            for (int64_t k = 0; k < inputs; k++) {
                panel[k * width + j] = n + j < outputs ? weights[(n + j) * inputs + k] : 0.0f;
            }
        }
    }
}

void packed_matrix::multiply(const float * rows, int64_t count, float * result) const {
    chosen().multiply(panels.get(), outputs, inputs, rows, count, result);
}
