#include "kernels.h"
#include "clones.h"
#include <cmath>
#include <cstring>

namespace train {

// exp(x) to about one unit in the last place: 2^n * p(r), the polynomial of Cephes' expf. Free of calls and branches, so loops over it
// vectorize.
static inline __attribute__((always_inline)) float exp_of(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float shifted = x * 1.44269504f + 12582912.0f; // 1.5 * 2^23: the integer part lands in the low bits
    const float n = shifted - 12582912.0f;
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t bits = ((int32_t) n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof(power));
    return p * power;
}

constexpr int lanes = 16; // partial sums, so that reductions vectorize without reordering flags

static inline __attribute__((always_inline)) float total(const float * partial) {
    float sum = 0;
    for (int j = 0; j < lanes; j++)
        sum += partial[j];
    return sum;
}

static inline __attribute__((always_inline)) float dot(int64_t n, const float * a, const float * b) {
    float partial[lanes] = {};
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
        for (int j = 0; j < lanes; j++)
            partial[j] += a[i + j] * b[i + j];
    float sum = total(partial);
    for (; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static inline __attribute__((always_inline)) float inverse_rms(int64_t n, float eps, const float * x) {
    return 1.0f / sqrtf(dot(n, x, x) / (float) n + eps);
}

TRAIN_CLONES
void rms_norm_rows(int64_t rows, int64_t n, float eps, const float * x, const float * gain, float * y) {
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        const float inverse = inverse_rms(n, eps, x);
        for (int64_t i = 0; i < n; i++)
            y[i] = x[i] * inverse * gain[i];
    }
}

TRAIN_CLONES
void rms_norm_back_rows(int64_t rows, int64_t n, float eps, const float * x, const float * gain, const float * dy, const float * skip,
                        float * dx) {
    for (int64_t r = 0; r < rows; r++, x += n, dy += n, dx += n) {
        const float inverse = inverse_rms(n, eps, x);
        float partial[lanes] = {};
        int64_t i = 0;
        for (; i + lanes <= n; i += lanes)
            for (int j = 0; j < lanes; j++)
                partial[j] += dy[i + j] * gain[i + j] * x[i + j];
        float sum = total(partial);
        for (; i < n; i++)
            sum += dy[i] * gain[i] * x[i];
        const float along = inverse * inverse * inverse / (float) n * sum;
        if (skip) {
            for (int64_t k = 0; k < n; k++)
                dx[k] = inverse * dy[k] * gain[k] - along * x[k] + skip[r * n + k];
        } else {
            for (int64_t k = 0; k < n; k++)
                dx[k] = inverse * dy[k] * gain[k] - along * x[k];
        }
    }
}

TRAIN_CLONES
void rms_norm_back_gain(int64_t rows, int64_t n, float eps, const float * x, const float * dy, float * dgain) {
    for (int64_t r = 0; r < rows; r++, x += n, dy += n) {
        const float inverse = inverse_rms(n, eps, x);
        for (int64_t i = 0; i < n; i++)
            dgain[i] += dy[i] * x[i] * inverse;
    }
}

TRAIN_CLONES
void swiglu(int64_t n, const float * gate, const float * up, float * y) {
    for (int64_t i = 0; i < n; i++)
        y[i] = gate[i] / (1.0f + exp_of(-gate[i])) * up[i];
}

TRAIN_CLONES
void swiglu_back(int64_t n, const float * gate, const float * up, const float * dy, float * dgate, float * dup) {
    for (int64_t i = 0; i < n; i++) {
        const float sigmoid = 1.0f / (1.0f + exp_of(-gate[i]));
        const float d = dy[i];
        dup[i] = d * gate[i] * sigmoid;
        dgate[i] = d * up[i] * sigmoid * (1.0f + gate[i] * (1.0f - sigmoid));
    }
}

TRAIN_CLONES
void add_to(int64_t n, const float * x, float * y) {
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

TRAIN_CLONES
void scale_by(int64_t n, float factor, float * x) {
    for (int64_t i = 0; i < n; i++)
        x[i] *= factor;
}

static inline __attribute__((always_inline)) float largest_of(int64_t n, const float * x) {
    float partial[lanes];
    for (int j = 0; j < lanes; j++)
        partial[j] = -INFINITY;
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
        for (int j = 0; j < lanes; j++)
            partial[j] = x[i + j] > partial[j] ? x[i + j] : partial[j];
    float largest = -INFINITY;
    for (int j = 0; j < lanes; j++)
        largest = partial[j] > largest ? partial[j] : largest;
    for (; i < n; i++)
        largest = x[i] > largest ? x[i] : largest;
    return largest;
}

TRAIN_CLONES
void softmax_row(int64_t n, int64_t width, float * row) {
    const float largest = largest_of(n, row);
    float partial[lanes] = {};
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        for (int j = 0; j < lanes; j++) {
            row[i + j] = exp_of(row[i + j] - largest);
            partial[j] += row[i + j];
        }
    }
    float sum = total(partial);
    for (; i < n; i++) {
        row[i] = exp_of(row[i] - largest);
        sum += row[i];
    }
    const float inverse = 1.0f / sum;
    for (int64_t k = 0; k < n; k++)
        row[k] *= inverse;
    for (int64_t k = n; k < width; k++)
        row[k] = 0.0f;
}

TRAIN_CLONES
void softmax_back_rows(int64_t rows, int64_t n, const float * p, float * d) {
    for (int64_t r = 0; r < rows; r++, p += n, d += n) {
        const float mean = dot(n, p, d);
        for (int64_t i = 0; i < n; i++)
            d[i] = p[i] * (d[i] - mean);
    }
}

TRAIN_CLONES
row_summary summarize_row(int64_t n, const float * logits) {
    const float largest = largest_of(n, logits);
    double sum = 0; // over a vocabulary of 151,936 a float sum would lose digits
    constexpr int64_t block = 1024;
    for (int64_t first = 0; first < n; first += block) {
        const int64_t last = first + block < n ? first + block : n;
        float partial[lanes] = {};
        int64_t i = first;
        for (; i + lanes <= last; i += lanes)
            for (int j = 0; j < lanes; j++)
                partial[j] += exp_of(logits[i + j] - largest);
        float part = total(partial);
        for (; i < last; i++)
            part += exp_of(logits[i] - largest);
        sum += part;
    }
    int32_t index = 0;
    while (index < n - 1 && logits[index] != largest)
        index++;
    return {largest + (float) log(sum), index};
}

TRAIN_CLONES
void logits_gradient_row(int64_t n, const float * logits, float log_sum, int32_t target, float coefficient, float * out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = -coefficient * exp_of(logits[i] - log_sum);
    out[target] += coefficient;
}

TRAIN_CLONES
double sum_of_squares(int64_t n, const float * x) {
    double sum = 0;
    constexpr int64_t block = 4096;
    for (int64_t first = 0; first < n; first += block)
        sum += dot(first + block < n ? block : n - first, x + first, x + first);
    return sum;
}

TRAIN_CLONES
void rotate_row(int64_t half, bool neox, float sign, const float * cosines, const float * sines, const float * x, float * y) {
    if (neox) {
        for (int64_t i = 0; i < half; i++) {
            const float a = x[i], b = x[i + half], s = sign * sines[i];
            y[i] = a * cosines[i] - b * s;
            y[i + half] = a * s + b * cosines[i];
        }
    } else {
        for (int64_t i = 0; i < half; i++) {
            const float a = x[2 * i], b = x[2 * i + 1], s = sign * sines[i];
            y[2 * i] = a * cosines[i] - b * s;
            y[2 * i + 1] = a * s + b * cosines[i];
        }
    }
}

} // namespace train
