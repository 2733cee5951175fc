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

static void rotate(const attention_shape & shape, int64_t length, float sign, const float * x, int64_t stride, float * y,
                   int64_t y_stride) {
    const rope_table & rope = *shape.rope;
    for (int64_t t = 0; t < length; t++) {
        rotate_row(rope.half, rope.neox, sign, &rope.cosines[t * rope.half], &rope.sines[t * rope.half], x + t * stride, y + t * y_stride);
    }
}

static MatrixA plain(const float * data, int64_t stride) {
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

// Probabilities of query rows [i0, i0 + n) over keys [0, i0 + n)
static void probabilities(const attention_shape & shape, const float * q, const float * k, int64_t i0, int64_t n, float * p) {
    const int64_t d = shape.head_size, keys = i0 + n;
    gemm(n, keys, d, shape.scale, plain(q + i0 * d, d), columns(k, d), p, keys, false);
    for (int64_t i = 0; i < n; i++)
        softmax_row(i0 + i + 1, keys, p + i * keys);
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
        rotate(shape, u.length, 1.0f, k + kv, kv_stride, kr, d);
        for (int64_t h = u.kv_head * group; h < (u.kv_head + 1) * group; h++) {
            rotate(shape, u.length, 1.0f, q + u.first * q_stride + h * d, q_stride, qr, d);
            for (int64_t i0 = 0; i0 < u.length; i0 += block_rows) {
                const int64_t n = std::min(block_rows, u.length - i0), keys = i0 + n;
                probabilities(shape, qr, kr, i0, n, p);
                gemm(n, d, keys, 1.0f, plain(p, keys), rows(v + kv, kv_stride), out + (u.first + i0) * q_stride + h * d, q_stride, false);
            }
        }
    }
}

void attention_back(const attention_shape & shape, const float * q, const float * k, const float * v, const float * dout, float * dq,
                    float * dk, float * dv, int ith, int nth) {
    thread_local std::vector<float> q_buffer, k_buffer, p_buffer, dp_buffer, dq_buffer, dk_buffer;
    const int64_t d = shape.head_size, group = shape.heads / shape.kv_heads, q_stride = shape.heads * d, kv_stride = shape.kv_heads * d;
    unit u;
    for (int64_t index = ith; next_unit(shape, index, u); index += nth) {
        float * kr = scratch(k_buffer, u.length * d);
        float * qr = scratch(q_buffer, u.length * d);
        float * dqr = scratch(dq_buffer, block_rows * d);
        float * dkr = scratch(dk_buffer, u.length * d);
        float * p = scratch(p_buffer, block_rows * u.length);
        float * dp = scratch(dp_buffer, block_rows * u.length);
        const int64_t kv = u.first * kv_stride + u.kv_head * d;
        rotate(shape, u.length, 1.0f, k + kv, kv_stride, kr, d);
        memset(dkr, 0, u.length * d * sizeof(float));
        for (int64_t t = 0; t < u.length; t++)
            memset(dv + kv + t * kv_stride, 0, d * sizeof(float));
        for (int64_t h = u.kv_head * group; h < (u.kv_head + 1) * group; h++) {
            rotate(shape, u.length, 1.0f, q + u.first * q_stride + h * d, q_stride, qr, d);
            for (int64_t i0 = 0; i0 < u.length; i0 += block_rows) {
                const int64_t n = std::min(block_rows, u.length - i0), keys = i0 + n;
                const int64_t at = (u.first + i0) * q_stride + h * d;
                probabilities(shape, qr, kr, i0, n, p);
                gemm(keys, d, n, 1.0f, flipped(p, keys), rows(dout + at, q_stride), dv + kv, kv_stride, true);
                gemm(n, keys, d, 1.0f, plain(dout + at, q_stride), columns(v + kv, kv_stride), dp, keys, false);
                softmax_back_rows(n, keys, p, dp); // dp becomes dL/dscores
                gemm(n, d, keys, shape.scale, plain(dp, keys), rows(kr, d), dqr, d, false);
                gemm(keys, d, n, shape.scale, flipped(dp, keys), rows(qr + i0 * d, d), dkr, d, true);
                const rope_table & rope = *shape.rope;
                for (int64_t i = 0; i < n; i++) {
                    const int64_t angle = (i0 + i) * rope.half;
                    rotate_row(rope.half, rope.neox, -1.0f, &rope.cosines[angle], &rope.sines[angle], dqr + i * d, dq + at + i * q_stride);
                }
            }
        }
        rotate(shape, u.length, -1.0f, dkr, d, dk + kv, kv_stride);
    }
}

} // namespace train
