// GELU and soft caps.
#include "clones.h"
#include "ggml.h"
#include "kernels.h"
#include <cmath>
#include <vector>

namespace train {

bool smooth_gelu = false;

namespace {

constexpr float a = 0.79788456080286535587989211986876f, b = 0.044715f; // sqrt(2 / pi)

float gelu(float x) {
    return 0.5f * x * (1.0f + tanhf(a * x * (1.0f + b * x * x)));
}

// gelu of every half-precision number, rounded to one
const std::vector<float> & table() {
    static const std::vector<float> values = [] {
        std::vector<float> v(1 << 16);
        for (int i = 0; i < 1 << 16; i++)
            v[i] = ggml_fp16_to_fp32(ggml_fp32_to_fp16(gelu(ggml_fp16_to_fp32((ggml_fp16_t) i))));
        return v;
    }();
    return values;
}

} // namespace

void geglu(int64_t n, const float * gate, const float * up, float * y) {
    if (smooth_gelu) {
        for (int64_t i = 0; i < n; i++)
            y[i] = gelu(gate[i]) * up[i];
        return;
    }
    const std::vector<float> & served = table();
    constexpr int64_t block = 1024;
    ggml_fp16_t half[block];
    for (int64_t first = 0; first < n; first += block) {
        const int64_t count = first + block < n ? block : n - first;
        ggml_fp32_to_fp16_row(gate + first, half, count);
        for (int64_t i = 0; i < count; i++) {
            const float x = gate[first + i];
            y[first + i] = (x <= -10.0f ? 0.0f : x >= 10.0f ? x : served[half[i]]) * up[first + i];
        }
    }
}

void geglu_back(int64_t n, const float * gate, const float * up, const float * dy, float * dgate, float * dup) {
    for (int64_t i = 0; i < n; i++) {
        const float x = gate[i], d = dy[i];
        const float t = tanhf(a * x * (1.0f + b * x * x));
        dup[i] = d * 0.5f * x * (1.0f + t);
        dgate[i] = d * up[i] * (0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * a * (1.0f + 3.0f * b * x * x));
    }
}

void soft_cap(int64_t n, float scale, float cap, float * x, float * slopes) {
    if (cap <= 0) {
        for (int64_t i = 0; i < n; i++)
            x[i] *= scale;
        for (int64_t i = 0; slopes && i < n; i++)
            slopes[i] = scale;
        return;
    }
    const float inner = scale / cap;
    for (int64_t i = 0; i < n; i++) {
        const float t = tanhf(x[i] * inner);
        x[i] = cap * t;
        if (slopes)
            slopes[i] = scale * (1.0f - t * t);
    }
}

TRAIN_CLONES
void multiply_by(int64_t n, const float * x, float * y) {
    for (int64_t i = 0; i < n; i++)
        y[i] *= x[i];
}

TRAIN_CLONES
void add_scaled(int64_t n, const float * a, float scale, const float * b, float * y) {
    if (!a) {
        for (int64_t i = 0; i < n; i++)
            y[i] = scale * b[i];
        return;
    }
    for (int64_t i = 0; i < n; i++)
        y[i] = a[i] + scale * b[i];
}

} // namespace train
