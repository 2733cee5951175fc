// What a mixture of experts computes. Every expert gathers the columns of its own slots, multiplies them at once and puts them back; a
// thread has every nth expert, so that nothing depends on how many there are.
#include "fused-nodes.h"
#include "gemm.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace train {

namespace {

int64_t used_of(const void * record) {
    return ((const graph::record *) record)->start;
}

// Slots of one expert, in the order of the tokens
std::vector<int64_t> slots_of(const ggml_tensor * routing, int64_t expert) {
    const int64_t used = routing->ne[0] / 2;
    std::vector<int64_t> slots;
    for (int64_t t = 0; t < routing->ne[1]; t++)
        for (int64_t j = 0; j < used; j++)
            if ((int64_t) ((const float *) routing->data)[t * 2 * used + j] == expert)
                slots.push_back(t * used + j);
    return slots;
}

// Their columns of a matrix that has one for each slot, or one for each token
std::vector<float> gather(const ggml_tensor * x, const ggml_tensor * routing, const std::vector<int64_t> & slots) {
    const int64_t n = x->ne[0], used = x->ne[1] == routing->ne[1] ? routing->ne[0] / 2 : 1;
    std::vector<float> columns(slots.size() * n);
    for (size_t i = 0; i < slots.size(); i++)
        std::copy_n((const float *) x->data + slots[i] / used * n, n, columns.begin() + i * n);
    return columns;
}

void scatter(const std::vector<float> & columns, const std::vector<int64_t> & slots, ggml_tensor * y) {
    for (size_t i = 0; i < slots.size(); i++)
        std::copy_n(columns.begin() + i * y->ne[0], y->ne[0], floats(y) + slots[i] * y->ne[0]);
}

MatrixB matrix_of(const ggml_tensor * w, int64_t expert, bool transposed) {
    return {(const char *) w->data + expert * w->nb[2], w->type, (int64_t) w->nb[1], transposed};
}

// src: w, what is multiplied, routing
void multiply(ggml_tensor * dst, bool transposed, int ith, int nth) {
    const ggml_tensor *w = dst->src[0], *x = dst->src[1], *routing = dst->src[2];
    for (int64_t e = ith; e < w->ne[2]; e += nth) {
        const std::vector<int64_t> slots = slots_of(routing, e);
        if (slots.empty())
            continue;
        const std::vector<float> in = gather(x, routing, slots);
        std::vector<float> out(slots.size() * dst->ne[0]);
        gemm((int64_t) slots.size(), dst->ne[0], x->ne[0], 1.0f, {in.data(), x->ne[0], 1}, matrix_of(w, e, transposed), out.data(),
             dst->ne[0], false);
        scatter(out, slots, dst);
    }
}

struct {
    bool on = false, recorded = false;
    size_t at = 0;
    std::vector<std::vector<int32_t>> choices;
} held;

void choose(const float * logits, int64_t used, std::vector<int32_t> & order) {
    if (held.on && held.recorded) {
        order = held.choices.at(held.at++);
        return;
    }
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + used, order.end(), [&](int32_t a, int32_t b) { return logits[a] > logits[b]; });
    if (held.on)
        held.choices.push_back(order);
}

} // namespace

void record_routes() {
    held.on = true;
}

void replay_routes() {
    held.recorded = !held.choices.empty();
    held.at = 0;
}

void run_route(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor * logits = dst->src[0];
    const int64_t n = logits->ne[0], used = used_of(p);
    std::vector<int32_t> order(n);
    std::vector<float> chances(n);
    for (int64_t t = ith; t < dst->ne[1]; t += nth) {
        const float * l = (const float *) logits->data + t * n;
        const float largest = *std::max_element(l, l + n);
        float sum = 0.0f, chosen = 0.0f;
        for (int64_t i = 0; i < n; i++)
            sum += chances[i] = expf(l[i] - largest);
        choose(l, used, order);
        float * to = floats(dst) + t * 2 * used;
        for (int64_t j = 0; j < used; j++) {
            to[j] = (float) order[j];
            chosen += to[used + j] = chances[order[j]] / sum;
        }
        for (int64_t j = 0; j < used; j++)
            to[used + j] /= std::max(chosen, 6.103515625e-5f); // libllama's least sum
    }
}

// src: routing, gradients of its weights
void run_route_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const int64_t n = dst->ne[0], used = used_of(p);
    for (int64_t t = ith; t < dst->ne[1]; t += nth) {
        const float *routing = floats(dst->src[0]) + t * 2 * used, *dw = floats(dst->src[1]) + t * used;
        float mean = 0.0f;
        for (int64_t j = 0; j < used; j++)
            mean += routing[used + j] * dw[j];
        std::fill_n(floats(dst) + t * n, n, 0.0f);
        for (int64_t j = 0; j < used; j++)
            floats(dst)[t * n + (int64_t) routing[j]] = routing[used + j] * (dw[j] - mean);
    }
}

void run_expert_multiply(ggml_tensor * dst, int ith, int nth, void *) {
    multiply(dst, true, ith, nth);
}

void run_expert_multiply_back(ggml_tensor * dst, int ith, int nth, void *) {
    multiply(dst, false, ith, nth);
}

// in place on src 0, the gradient; src: x, dy, routing
void run_expert_multiply_back_weight(ggml_tensor * dst, int ith, int nth, void *) {
    const ggml_tensor *x = dst->src[1], *dy = dst->src[2], *routing = dst->src[3];
    for (int64_t e = ith; e < dst->ne[2]; e += nth) {
        const std::vector<int64_t> slots = slots_of(routing, e);
        if (slots.empty())
            continue;
        const std::vector<float> in = gather(x, routing, slots), out = gather(dy, routing, slots);
        const MatrixB columns = {in.data(), GGML_TYPE_F32, x->ne[0] * (int64_t) sizeof(float), false};
        gemm(dst->ne[1], dst->ne[0], (int64_t) slots.size(), 1.0f, {out.data(), 1, dy->ne[0]}, columns,
             floats(dst) + e * dst->ne[0] * dst->ne[1], dst->ne[0], true);
    }
}

// src: y[, routing]
void run_mix(ggml_tensor * dst, int ith, int nth, void * p) {
    const int64_t n = dst->ne[0], used = used_of(p);
    for (int64_t t = ith; t < dst->ne[1]; t += nth) {
        float * to = floats(dst) + t * n;
        std::fill_n(to, n, 0.0f);
        for (int64_t j = 0; j < used; j++) {
            const float weight = dst->src[1] ? floats(dst->src[1])[t * 2 * used + used + j] : 1.0f;
            const float * y = floats(dst->src[0]) + (t * used + j) * n;
            for (int64_t i = 0; i < n; i++)
                to[i] += weight * y[i];
        }
    }
}

// src: dy, routing
void run_mix_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const int64_t n = dst->ne[0], used = used_of(p);
    for (int64_t s = ith; s < dst->ne[1]; s += nth) {
        const float weight = floats(dst->src[1])[s / used * 2 * used + used + s % used];
        const float * dy = floats(dst->src[0]) + s / used * n;
        for (int64_t i = 0; i < n; i++)
            floats(dst)[s * n + i] = weight * dy[i];
    }
}

// src: y, dy
void run_mix_back_weights(ggml_tensor * dst, int ith, int nth, void *) {
    const ggml_tensor *y = dst->src[0], *dy = dst->src[1];
    const int64_t n = y->ne[0], used = dst->ne[0];
    for (int64_t s = ith; s < used * dst->ne[1]; s += nth)
        floats(dst)[s] = std::inner_product((const float *) y->data + s * n, (const float *) y->data + (s + 1) * n,
                                            (const float *) dy->data + s / used * n, 0.0f);
}

} // namespace train
