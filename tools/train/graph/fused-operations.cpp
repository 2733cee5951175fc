#include "fused-operations.h"
#include "../data/batch.h"
#include "gemm.h"
#include "kernels.h"
#include <algorithm>
#include <cstring>

namespace train {

namespace {

using node_function = void (*)(ggml_tensor *, int, int, void *);

const graph::record & record_of(void * p) {
    return *(const graph::record *) p;
}
float * floats(ggml_tensor * t) {
    return (float *) t->data;
}
const float * floats(const ggml_tensor * t) {
    return (const float *) t->data;
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

attention_shape shape_of(const graph & g) {
    return {g.hyper.heads, g.hyper.kv_heads, g.hyper.head_size, g.hyper.attention_scale, &g.rope, &g.rows.starts};
}

void run_attend(ggml_tensor * dst, int ith, int nth, void * p) {
    attention(shape_of(*record_of(p).in), floats(dst->src[0]), floats(dst->src[1]), floats(dst->src[2]), floats(dst), ith, nth);
}

void run_attend_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor *q = dst->src[0], *k = dst->src[1];
    float *dq = floats(dst), *dk = dq + ggml_nelements(q), *dv = dk + ggml_nelements(k);
    attention_back(shape_of(*record_of(p).in), floats(q), floats(k), floats(dst->src[2]), floats(dst->src[3]), dq, dk, dv, ith, nth);
}

void run_swiglu(ggml_tensor * dst, int ith, int nth, void *) {
    const range s = share(ggml_nelements(dst), ith, nth);
    swiglu(s.last - s.first, floats(dst->src[0]) + s.first, floats(dst->src[1]) + s.first, floats(dst) + s.first);
}

void run_swiglu_back(ggml_tensor * dst, int ith, int nth, void *) {
    const int64_t n = ggml_nelements(dst->src[0]);
    const range s = share(n, ith, nth);
    swiglu_back(s.last - s.first, floats(dst->src[0]) + s.first, floats(dst->src[1]) + s.first, floats(dst->src[2]) + s.first,
                floats(dst) + s.first, floats(dst) + n + s.first);
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

class fused final : public operations {
  public:
    explicit fused(graph & g) : g(g) {}

    ggml_tensor * embed(ggml_tensor * table, ggml_tensor * ids) override { return make(table->ne[0], ids->ne[0], run_embed, {table, ids}); }
    void embed_back(ggml_tensor * gradient, ggml_tensor * ids, ggml_tensor * dy) override { onto(gradient, run_embed_back, {ids, dy}); }

    ggml_tensor * initial(ggml_tensor * start, ggml_tensor * bias, int64_t tokens) override {
        graph::record r;
        std::vector<ggml_tensor *> sources;
        if (start)
            r.start = (int) sources.size(), sources.push_back(start);
        if (bias)
            r.bias = (int) sources.size(), sources.push_back(bias);
        return make((start ? start : bias)->ne[0], tokens, run_initial, sources, r);
    }
    ggml_tensor * multiply(ggml_tensor * w, ggml_tensor * x, float scale, ggml_tensor * target) override {
        return target ? onto(target, run_multiply, {w, x}, scaled(scale)) : make(w->ne[1], x->ne[1], run_multiply, {w, x}, scaled(scale));
    }
    ggml_tensor * multiply_back(ggml_tensor * w, ggml_tensor * dy, float scale, ggml_tensor * target) override {
        return target ? onto(target, run_multiply_back, {w, dy}, scaled(scale))
                      : make(w->ne[0], dy->ne[1], run_multiply_back, {w, dy}, scaled(scale));
    }
    void multiply_back_weight(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy, float scale) override {
        onto(gradient, run_multiply_back_weight, {x, dy}, scaled(scale));
    }
    void bias_back(ggml_tensor * gradient, ggml_tensor * dy) override { onto(gradient, run_bias_back, {dy}); }

    ggml_tensor * norm(ggml_tensor * x, ggml_tensor * gain) override { return make(x->ne[0], x->ne[1], run_norm, {x, gain}, eps()); }
    ggml_tensor * norm_back(ggml_tensor * x, ggml_tensor * gain, ggml_tensor * dy, ggml_tensor * skip) override {
        std::vector<ggml_tensor *> sources = {x, gain, dy};
        if (skip)
            sources.push_back(skip);
        return make(x->ne[0], x->ne[1], run_norm_back, sources, eps());
    }
    void norm_back_gain(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy) override {
        onto(gradient, run_norm_back_gain, {x, dy}, eps());
    }

    ggml_tensor * attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v) override {
        return make(q->ne[0], q->ne[1], run_attend, {q, k, v});
    }
    attention_gradients attend_back(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, ggml_tensor * dy) override {
        const int64_t nq = ggml_nelements(q), nk = ggml_nelements(k);
        ggml_tensor * all = make(nq + 2 * nk, 1, run_attend_back, {q, k, v, dy});
        return {part(all, q, 0), part(all, k, nq), part(all, v, nq + nk)};
    }

    ggml_tensor * swiglu(ggml_tensor * gate, ggml_tensor * up) override { return make(up->ne[0], up->ne[1], run_swiglu, {gate, up}); }
    swiglu_gradients swiglu_back(ggml_tensor * gate, ggml_tensor * up, ggml_tensor * dy) override {
        ggml_tensor * all = make(2 * ggml_nelements(up), 1, run_swiglu_back, {gate, up, dy});
        return {part(all, gate, 0), part(all, up, ggml_nelements(gate))};
    }

    ggml_tensor * select(ggml_tensor * x, ggml_tensor * rows) override { return make(x->ne[0], rows->ne[0], run_select, {x, rows}); }
    ggml_tensor * select_back(ggml_tensor * rows, ggml_tensor * dy, int64_t tokens) override {
        return make(dy->ne[0], tokens, run_select_back, {rows, dy});
    }

  private:
    graph & g;

    graph::record scaled(float scale) const {
        graph::record r;
        r.scale = scale;
        return r;
    }
    graph::record eps() const { return scaled(g.hyper.rms_eps); }

    ggml_tensor * make(int64_t ne0, int64_t ne1, node_function run, std::vector<ggml_tensor *> sources, graph::record r = {}) {
        r.in = &g;
        g.records.push_back(r);
        return g.emit(ggml_custom_4d(g.context.get(), GGML_TYPE_F32, ne0, ne1, 1, 1, sources.data(), (int) sources.size(), run,
                                     GGML_N_TASKS_MAX, &g.records.back()));
    }

    ggml_tensor * onto(ggml_tensor * target, node_function run, std::vector<ggml_tensor *> sources, graph::record r = {}) {
        r.in = &g;
        r.onto = true;
        g.records.push_back(r);
        return g.emit(
            ggml_custom_inplace(g.context.get(), target, sources.data(), (int) sources.size(), run, GGML_N_TASKS_MAX, &g.records.back()));
    }

    ggml_tensor * part(ggml_tensor * all, const ggml_tensor * like, int64_t offset) {
        return ggml_view_2d(g.context.get(), all, like->ne[0], like->ne[1], like->nb[1], offset * sizeof(float));
    }
};

} // namespace

std::unique_ptr<operations> fused_operations(graph & g) {
    return std::make_unique<fused>(g);
}

} // namespace train
