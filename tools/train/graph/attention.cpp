#include "attention.h"
#include "gemm.h"
#include "kernels.h"
#include <algorithm>
#include <cstring>

namespace train {

constexpr int64_t block_rows = 64; // query rows whose scores are held at once

// One sequence and one key/value head: the unit of work that a thread takes.
struct unit {
    int64_t first, length, kv_head;
};

static bool next_unit(const attention_shape & shape, int64_t index, unit & u) {
    const int64_t sequences = (int64_t) shape.starts->size() - 1;
    if (index >= sequences * shape.kv_heads)
        return false;
    const int64_t sequence = index / shape.kv_heads;
    u.first = (*shape.starts)[sequence];
    u.length = (*shape.starts)[sequence + 1] - u.first;
    u.kv_head = index % shape.kv_heads;
    return true;
}

static float * scratch(std::vector<float> & buffer, int64_t size) {
    if ((int64_t) buffer.size() < size)
        buffer.resize(size);
    return buffer.data();
}

// Rows of x, rotated (sign -1: back) and multiplied by the temperature of their position, into y
static void turn(const attention_shape & shape, int64_t first, int64_t length, float sign, bool query, const float * x, int64_t stride,
                 float * y, int64_t y_stride) {
    const int64_t d = shape.head_size, turned = shape.rope ? 2 * shape.rope->half : 0;
    for (int64_t t = 0; t < length; t++, x += stride, y += y_stride) {
        if (const rope_table * rope = shape.rope) {
            const int64_t angle = (first + t) * rope->half;
            rotate_row(rope->half, rope->neox, sign, &rope->cosines[angle], &rope->sines[angle], x, y);
        }
        if (turned < d)
            memcpy(y + turned, x + turned, (d - turned) * sizeof(float));
        if (query && shape.temperature)
            scale_by(d, (*shape.temperature)[first + t], y);
    }
}

static MatrixA straight(const float * data, int64_t stride) {
    return {data, stride, 1};
}
static MatrixA flipped(const float * data, int64_t stride) {
    return {data, 1, stride};
}
static MatrixB rows(const float * data, int64_t stride) {
    return {data, GGML_TYPE_F32, stride * (int64_t) sizeof(float), false};
}
static MatrixB columns(const float * data, int64_t stride) {
    return {data, GGML_TYPE_F32, stride * (int64_t) sizeof(float), true};
}

// A block of query rows [first, first + n) and the keys that any of them sees: [key, first + n)
struct block {
    int64_t first, n, key, keys;
    // of row i, the keys it sees, counted from `key`
    int64_t from(const attention_shape & shape, int64_t i) const {
        return shape.window > 0 ? std::max<int64_t>(0, first + i - shape.window + 1 - key) : 0;
    }
    int64_t to(int64_t i) const { return first + i + 1 - key; }
};

static block block_at(const attention_shape & shape, int64_t first, int64_t length) {
    const int64_t n = std::min(block_rows, length - first);
    const int64_t key = shape.window > 0 ? std::max<int64_t>(0, first - shape.window + 1) : 0;
    return {first, n, key, first + n - key};
}

// Probabilities of a block's rows. slopes: where given, d capped score / d score.
static void probabilities(const attention_shape & shape, const float * q, const float * k, const block & b, float * p, float * slopes) {
    const int64_t d = shape.head_size;
    gemm(b.n, b.keys, d, shape.scale, straight(q + b.first * d, d), columns(k + b.key * d, d), p, b.keys, false);
    if (shape.cap > 0)
        soft_cap(b.n * b.keys, 1.0f, shape.cap, p, slopes);
    for (int64_t i = 0; i < b.n; i++) {
        float * row = p + i * b.keys;
        const int64_t from = b.from(shape, i);
        std::fill(row, row + from, 0.0f);
        softmax_row(b.to(i) - from, b.keys - from, row + from);
    }
}

void attention(const attention_shape & shape, const float * q, const float * k, const float * v, float * out, int ith, int nth) {
    thread_local std::vector<float> q_buffer, k_buffer, p_buffer;
    const int64_t d = shape.head_size, group = shape.heads / shape.kv_heads, q_stride = shape.heads * d, kv_stride = shape.kv_heads * d;
    unit u;
    for (int64_t index = ith; next_unit(shape, index, u); index += nth) {
        float * kr = scratch(k_buffer, u.length * d);
        float * qr = scratch(q_buffer, u.length * d);
        float * p = scratch(p_buffer, block_rows * u.length);
        const int64_t kv = u.first * kv_stride + u.kv_head * d;
        turn(shape, 0, u.length, 1.0f, false, k + kv, kv_stride, kr, d);
        for (int64_t h = u.kv_head * group; h < (u.kv_head + 1) * group; h++) {
            turn(shape, 0, u.length, 1.0f, true, q + u.first * q_stride + h * d, q_stride, qr, d);
            for (int64_t i0 = 0; i0 < u.length; i0 += block_rows) {
                const block b = block_at(shape, i0, u.length);
                probabilities(shape, qr, kr, b, p, nullptr);
                gemm(b.n, d, b.keys, 1.0f, straight(p, b.keys), rows(v + kv + b.key * kv_stride, kv_stride),
                     out + (u.first + i0) * q_stride + h * d, q_stride, false);
            }
        }
    }
}

void attention_back(const attention_shape & shape, const float * q, const float * k, const float * v, const float * dout, float * dq,
                    float * dk, float * dv, int ith, int nth) {
    thread_local std::vector<float> q_buffer, k_buffer, p_buffer, dp_buffer, dq_buffer, dk_buffer, slope_buffer;
    const int64_t d = shape.head_size, group = shape.heads / shape.kv_heads, q_stride = shape.heads * d, kv_stride = shape.kv_heads * d;
    unit u;
    for (int64_t index = ith; next_unit(shape, index, u); index += nth) {
        float * kr = scratch(k_buffer, u.length * d);
        float * qr = scratch(q_buffer, u.length * d);
        float * dqr = scratch(dq_buffer, block_rows * d);
        float * dkr = scratch(dk_buffer, u.length * d);
        float * p = scratch(p_buffer, block_rows * u.length);
        float * dp = scratch(dp_buffer, block_rows * u.length);
        float * slopes = shape.cap > 0 ? scratch(slope_buffer, block_rows * u.length) : nullptr;
        const int64_t kv = u.first * kv_stride + u.kv_head * d;
        turn(shape, 0, u.length, 1.0f, false, k + kv, kv_stride, kr, d);
        memset(dkr, 0, u.length * d * sizeof(float));
        for (int64_t t = 0; t < u.length; t++)
            memset(dv + kv + t * kv_stride, 0, d * sizeof(float));
        for (int64_t h = u.kv_head * group; h < (u.kv_head + 1) * group; h++) {
            turn(shape, 0, u.length, 1.0f, true, q + u.first * q_stride + h * d, q_stride, qr, d);
            for (int64_t i0 = 0; i0 < u.length; i0 += block_rows) {
                const block b = block_at(shape, i0, u.length);
                const int64_t at = (u.first + i0) * q_stride + h * d, from = kv + b.key * kv_stride;
                probabilities(shape, qr, kr, b, p, slopes);
                gemm(b.keys, d, b.n, 1.0f, flipped(p, b.keys), rows(dout + at, q_stride), dv + from, kv_stride, true);
                gemm(b.n, b.keys, d, 1.0f, straight(dout + at, q_stride), columns(v + from, kv_stride), dp, b.keys, false);
                softmax_back_rows(b.n, b.keys, p, dp); // dp becomes dL/dscores
                if (slopes)
                    multiply_by(b.n * b.keys, slopes, dp);
                gemm(b.n, d, b.keys, shape.scale, straight(dp, b.keys), rows(kr + b.key * d, d), dqr, d, false);
                gemm(b.keys, d, b.n, shape.scale, flipped(dp, b.keys), rows(qr + i0 * d, d), dkr + b.key * d, d, true);
                turn(shape, i0, b.n, -1.0f, true, dqr, d, dq + at, q_stride);
            }
        }
        turn(shape, 0, u.length, -1.0f, false, dkr, d, dk + kv, kv_stride);
    }
}

} // namespace train
