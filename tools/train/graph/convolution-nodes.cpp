// What a short convolution computes. A thread has a share of the channels, so that nothing depends on how many there are.
#include "../data/batch.h"
#include "fused-nodes.h"
#include <algorithm>
#include <cstring>

namespace train {

namespace {

// Calls use(to, from, tap, first, last) for each token `to`, each token `from` of its sequence that a tap brings to it, and the channels
// [first, last) of this thread.
template <typename F>
void each_pair(const ggml_tensor * x, int64_t taps, const void * record, int ith, int nth, F && use) {
    const std::vector<int32_t> & starts = ((const graph::record *) record)->in->rows.starts;
    const int64_t n = (x->ne[0] + nth - 1) / nth, first = std::min(x->ne[0], ith * n), last = std::min(x->ne[0], first + n);
    for (size_t s = 0; s + 1 < starts.size(); s++)
        for (int64_t t = starts[s]; t < starts[s + 1]; t++)
            for (int64_t j = std::max<int64_t>(0, taps - 1 - (t - starts[s])); j < taps; j++)
                use(t, t - (taps - 1) + j, j, first, last);
}

void clear_channels(ggml_tensor * dst, int ith, int nth) {
    const int64_t n = (dst->ne[0] + nth - 1) / nth, first = std::min(dst->ne[0], ith * n), last = std::min(dst->ne[0], first + n);
    for (int64_t t = 0; t < dst->ne[1]; t++)
        std::fill(floats(dst) + t * dst->ne[0] + first, floats(dst) + t * dst->ne[0] + last, 0.0f);
}

} // namespace

void run_product(ggml_tensor * dst, int ith, int nth, void *) {
    const int64_t n = ggml_nelements(dst);
    for (int64_t i = ith * n / nth; i < (ith + 1) * n / nth; i++)
        floats(dst)[i] = floats(dst->src[0])[i] * floats(dst->src[1])[i];
}

// src: x, taps
void run_convolve(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor *x = dst->src[0], *w = dst->src[1];
    const int64_t n = x->ne[0], taps = w->ne[0];
    clear_channels(dst, ith, nth);
    each_pair(x, taps, p, ith, nth, [&](int64_t to, int64_t from, int64_t j, int64_t first, int64_t last) {
        for (int64_t i = first; i < last; i++)
            floats(dst)[to * n + i] += floats(w)[i * taps + j] * floats(x)[from * n + i];
    });
}

// src: dy, taps
void run_convolve_back(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor *dy = dst->src[0], *w = dst->src[1];
    const int64_t n = dy->ne[0], taps = w->ne[0];
    clear_channels(dst, ith, nth);
    each_pair(dy, taps, p, ith, nth, [&](int64_t to, int64_t from, int64_t j, int64_t first, int64_t last) {
        for (int64_t i = first; i < last; i++)
            floats(dst)[from * n + i] += floats(w)[i * taps + j] * floats(dy)[to * n + i];
    });
}

// in place on src 0, the gradient; src: x, dy
void run_convolve_back_taps(ggml_tensor * dst, int ith, int nth, void * p) {
    const ggml_tensor *x = dst->src[1], *dy = dst->src[2];
    const int64_t n = x->ne[0], taps = dst->ne[0];
    each_pair(x, taps, p, ith, nth, [&](int64_t to, int64_t from, int64_t j, int64_t first, int64_t last) {
        for (int64_t i = first; i < last; i++)
            floats(dst)[i * taps + j] += floats(dy)[to * n + i] * floats(x)[from * n + i];
    });
}

} // namespace train
