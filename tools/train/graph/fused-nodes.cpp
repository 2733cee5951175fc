#include "fused-nodes.h"
#include "../data/batch.h"
#include "gemm.h"
#include "kernels.h"
#include <algorithm>
#include <cstring>

namespace train {

namespace {

const graph::record & record_of(void * p) {
    return *(const graph::record *) p;
}

struct range {
    int64_t first, last;
};

range share(int64_t n, int ith, int nth) {
    const int64_t each = (n + nth - 1) / nth;
    return {std::min(n, ith * each), std::min(n, (ith + 1) * each)};
}

MatrixA matrix_a(const ggml_tensor * t) {
    return {floats(t), t->ne[0], 1};
}
MatrixA matrix_a_flipped(const ggml_tensor * t) {
    return {floats(t), 1, t->ne[0]};
}
MatrixB matrix_b(const ggml_tensor * t, bool transposed) {
    return {t->data, t->type, (int64_t) t->nb[1], transposed};
}

} // namespace

void run_initial(ggml_tensor * dst, int ith, int nth, void * p) {
    const auto & r = record_of(p);
    const int64_t n = dst->ne[0];
    const range s = share(dst->ne[1], ith, nth);
    if (r.start >= 0)
        memcpy(floats(dst) + s.first * n, floats(dst->src[r.start]) + s.first * n, (s.last - s.first) * dst->nb[1]);
    if (r.bias < 0)
        return;
    for (int64_t t = s.first; t < s.last; t++) {
        if (r.start >= 0)
            add_to(n, floats(dst->src[r.bias]), floats(dst) + t * n);
        else
            memcpy(floats(dst) + t * n, dst->src[r.bias]->data, dst->nb[1]);
    }
}

// src: [target,] w, x
void run_multiply(ggml_tensor * dst, int ith, int nth, void * p) {
    const auto & r = record_of(p);
    const ggml_tensor *w = dst->src[r.onto], *x = dst->src[r.onto + 1];
    gemm(dst->ne[1], dst->ne[0], x->ne[0], r.scale, matrix_a(x), matrix_b(w, true), floats(dst), dst->ne[0], r.onto, ith, nth);
}

void run_multiply_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const auto & r = record_of(p);
    const ggml_tensor *w = dst->src[r.onto], *dy = dst->src[r.onto + 1];
    gemm(dst->ne[1], dst->ne[0], dy->ne[0], r.scale, matrix_a(dy), matrix_b(w, false), floats(dst), dst->ne[0], r.onto, ith, nth);
}

// in place on src 0, the gradient; src 1: x, src 2: dy
void run_multiply_back_weight(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor *x = dst->src[1], *dy = dst->src[2];
    gemm(dst->ne[1], dst->ne[0], x->ne[1], record_of(p).scale, matrix_a_flipped(dy), matrix_b(x, false), floats(dst), dst->ne[0], true, ith,
         nth);
}

void run_bias_back(ggml_tensor * dst, int ith, int nth, void *) {
    const ggml_tensor * dy = dst->src[1];
    const range s = share(dst->ne[0], ith, nth);
    for (int64_t t = 0; t < dy->ne[1]; t++)
        add_to(s.last - s.first, floats(dy) + t * dy->ne[0] + s.first, floats(dst) + s.first);
}

void run_embed(ggml_tensor * dst, int ith, int nth, void *) {
    const ggml_tensor *table = dst->src[0], *ids = dst->src[1];
    const auto to_float = ggml_get_type_traits(table->type)->to_float;
    const range s = share(dst->ne[1], ith, nth);
    for (int64_t t = s.first; t < s.last; t++) {
        const char * row = (const char *) table->data + ((const int32_t *) ids->data)[t] * table->nb[1];
        if (table->type == GGML_TYPE_F32)
            memcpy(floats(dst) + t * dst->ne[0], row, dst->nb[1]);
        else
            to_float(row, floats(dst) + t * dst->ne[0], dst->ne[0]);
    }
}

void run_embed_back(ggml_tensor * dst, int ith, int nth, void *) {
    const ggml_tensor *ids = dst->src[1], *dy = dst->src[2];
    const int64_t n = dst->ne[0];
    const range s = share(n, ith, nth);
    for (int64_t t = 0; t < dy->ne[1]; t++)
        add_to(s.last - s.first, floats(dy) + t * n + s.first, floats(dst) + ((const int32_t *) ids->data)[t] * n + s.first);
}

void run_norm(ggml_tensor * dst, int ith, int nth, void * p) {
    const int64_t n = dst->src[1]->ne[0];
    const range s = share(ggml_nelements(dst) / n, ith, nth);
    rms_norm_rows(s.last - s.first, n, record_of(p).scale, floats(dst->src[0]) + s.first * n, floats(dst->src[1]),
                  floats(dst) + s.first * n);
}

void run_norm_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const int64_t n = dst->src[1]->ne[0];
    const range s = share(ggml_nelements(dst) / n, ith, nth);
    const float * skip = dst->src[3] ? floats(dst->src[3]) + s.first * n : nullptr;
    rms_norm_back_rows(s.last - s.first, n, record_of(p).scale, floats(dst->src[0]) + s.first * n, floats(dst->src[1]),
                       floats(dst->src[2]) + s.first * n, skip, floats(dst) + s.first * n);
}

void run_norm_back_gain(ggml_tensor * dst, int ith, int, void * p) {
    if (ith != 0)
        return; // ggml calls custom nodes on every thread, whatever number of tasks they ask for
    const ggml_tensor *x = dst->src[1], *dy = dst->src[2];
    rms_norm_back_gain(ggml_nelements(x) / dst->ne[0], dst->ne[0], record_of(p).scale, floats(x), floats(dy), floats(dst));
}

static attention_shape shape_of(const graph::record & r) {
    const graph & g = *r.in;
    const hyperparameters & h = g.hyper;
    return {h.heads,
            h.kv_heads,
            h.head_size,
            h.attention_scale,
            h.attention_cap,
            r.how.window,
            r.how.rotates ? &g.rope.by_kind[r.how.rope] : nullptr,
            g.rope.temperature.empty() ? nullptr : &g.rope.temperature,
            &g.rows.starts};
}

void run_attend(ggml_tensor * dst, int ith, int nth, void * p) {
    attention(shape_of(record_of(p)), floats(dst->src[0]), floats(dst->src[1]), floats(dst->src[2]), floats(dst), ith, nth);
}

void run_attend_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor *q = dst->src[0], *k = dst->src[1];
    float *dq = floats(dst), *dk = dq + ggml_nelements(q), *dv = dk + ggml_nelements(k);
    attention_back(shape_of(record_of(p)), floats(q), floats(k), floats(dst->src[2]), floats(dst->src[3]), dq, dk, dv, ith, nth);
}

void run_gated(ggml_tensor * dst, int ith, int nth, void * p) {
    const range s = share(ggml_nelements(dst), ith, nth);
    (record_of(p).in->hyper.act == activation::gelu ? geglu : swiglu)(s.last - s.first, floats(dst->src[0]) + s.first,
                                                                      floats(dst->src[1]) + s.first, floats(dst) + s.first);
}

void run_gated_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const int64_t n = ggml_nelements(dst->src[0]);
    const range s = share(n, ith, nth);
    (record_of(p).in->hyper.act == activation::gelu ? geglu_back : swiglu_back)(
        s.last - s.first, floats(dst->src[0]) + s.first, floats(dst->src[1]) + s.first, floats(dst->src[2]) + s.first,
        floats(dst) + s.first, floats(dst) + n + s.first);
}

// src: [a,] b
void run_add(ggml_tensor * dst, int ith, int nth, void * p) {
    const auto & r = record_of(p);
    const range s = share(ggml_nelements(dst), ith, nth);
    const float * a = r.start >= 0 ? floats(dst->src[0]) + s.first : nullptr;
    add_scaled(s.last - s.first, a, r.scale, floats(dst->src[r.start + 1]) + s.first, floats(dst) + s.first);
}

// src: x, magnitude, inverse norm
void run_magnify(ggml_tensor * dst, int ith, int nth, void *) {
    const ggml_tensor *x = dst->src[0], *magnitude = dst->src[1], *inverse = dst->src[2];
    const range s = share(dst->ne[1], ith, nth);
    for (int64_t t = s.first; t < s.last; t++)
        for (int64_t i = 0; i < dst->ne[0]; i++)
            floats(dst)[t * dst->ne[0] + i] = floats(x)[t * dst->ne[0] + i] * floats(magnitude)[i] * floats(inverse)[i];
}

// in place on src 0, the gradient; src: x, dy, inverse norm
void run_magnify_back(ggml_tensor * dst, int ith, int nth, void *) {
    const ggml_tensor *x = dst->src[1], *dy = dst->src[2], *inverse = dst->src[3];
    const range s = share(dst->ne[0], ith, nth);
    for (int64_t t = 0; t < dy->ne[1]; t++)
        for (int64_t i = s.first; i < s.last; i++)
            floats(dst)[i] += floats(dy)[t * dy->ne[0] + i] * floats(x)[t * dy->ne[0] + i] * floats(inverse)[i];
}

void run_slice(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor * x = dst->src[0];
    const range s = share(dst->ne[1], ith, nth);
    for (int64_t t = s.first; t < s.last; t++)
        memcpy(floats(dst) + t * dst->ne[0], floats(x) + t * x->ne[0] + record_of(p).start, dst->nb[1]);
}

void run_join(ggml_tensor * dst, int ith, int nth, void *) {
    const range s = share(dst->ne[1], ith, nth);
    for (int64_t t = s.first; t < s.last; t++) {
        float * to = floats(dst) + t * dst->ne[0];
        for (int i = 0; i < GGML_MAX_SRC && dst->src[i]; to += dst->src[i]->ne[0], i++)
            memcpy(to, floats(dst->src[i]) + t * dst->src[i]->ne[0], dst->src[i]->nb[1]);
    }
}

void run_select(ggml_tensor * dst, int ith, int nth, void *) {
    const range s = share(dst->ne[1], ith, nth);
    for (int64_t r = s.first; r < s.last; r++)
        memcpy(floats(dst) + r * dst->ne[0], floats(dst->src[0]) + ((const int32_t *) dst->src[1]->data)[r] * dst->ne[0], dst->nb[1]);
}

void run_select_back(ggml_tensor * dst, int ith, int, void *) {
    if (ith != 0)
        return;
    memset(dst->data, 0, ggml_nbytes(dst));
    const ggml_tensor *rows = dst->src[0], *dy = dst->src[1];
    for (int64_t r = 0; r < dy->ne[1]; r++)
        memcpy(floats(dst) + ((const int32_t *) rows->data)[r] * dst->ne[0], floats(dy) + r * dst->ne[0], dst->nb[1]);
}

} // namespace train
