#include "head.h"
#include "kernels.h"
#include <algorithm>

namespace train {

namespace {

bool transforms(const model & m) {
    return m.hyper.logit_cap > 0 || m.hyper.logit_scale != 1.0f;
}

// in place on logits, by rows
void run_cap(ggml_tensor * dst, int ith, int nth, void * p) {
    const hyperparameters & h = *((head_state *) p)->hyper;
    for (int64_t r = ith; r < dst->ne[1]; r += nth)
        soft_cap(dst->ne[0], h.logit_scale, h.logit_cap, (float *) dst->data + r * dst->ne[0], nullptr);
}

struct head {
    const model & m;
    graph & g;
    operations & ops;
    gradient_of leaf;
    head_state & state;
    ggml_tensor * h;            // normed hidden states of the tokens that have a target
    ggml_tensor * ah = nullptr; // A h of the chunk whose logits were made last, where the head has an adapter
    ggml_tensor * stats;        // [3, rows]: log-sum-exp, dL/dlogp, dL/dKL

    ggml_tensor * columns(ggml_tensor * x, int64_t first, int64_t n) {
        return ggml_view_2d(g.context.get(), x, x->ne[0], n, x->nb[1], first * x->nb[1]);
    }

    // as served: scaled and capped where the family does that
    ggml_tensor * logits(int64_t first, int64_t n) {
        ggml_tensor * y = m.output.bias ? ops.initial(nullptr, m.output.bias, n) : nullptr;
        y = ops.multiply(m.output.weight, columns(h, first, n), 1.0f, y);
        if (m.output.lora_a) {
            ah = ops.multiply(m.output.lora_a, columns(h, first, n), 1.0f, nullptr);
            y = ops.multiply(m.output.lora_b, ah, m.output.lora_scale, y);
        }
        return transforms(m) ? onto(y, {}, run_cap) : y;
    }

    using chunk_function = void (*)(ggml_tensor *, int, int, void *);
    ggml_tensor * onto(ggml_tensor * target, std::vector<ggml_tensor *> sources, chunk_function run) {
        return g.emit(ggml_custom_inplace(g.context.get(), target, sources.data(), (int) sources.size(), run, GGML_N_TASKS_MAX, &state));
    }
};

int64_t first_row(const ggml_tensor * stats) {
    return (int64_t) (stats->view_offs / stats->nb[1]);
}

// onto stats; src 1: logits. Log-sum-exp, log-prob of the target and greedy match of every row.
void run_summarize(ggml_tensor * dst, int ith, int nth, void * p) {
    head_state & state = *(head_state *) p;
    batch & rows = *state.rows;
    const ggml_tensor * logits = dst->src[1];
    const int64_t first = first_row(dst);
    for (int64_t r = ith; r < logits->ne[1]; r += nth) {
        const float * row = (const float *) logits->data + r * logits->ne[0];
        if (state.logits)
            std::copy(row, row + logits->ne[0], state.logits->data() + (first + r) * logits->ne[0]);
        const row_summary s = summarize_row(logits->ne[0], row);
        const int32_t target = rows.targets[first + r];
        ((float *) dst->data)[3 * r] = s.log_sum;
        rows.logp[first + r] = row[target] - s.log_sum;
        rows.greedy[first + r] = s.largest == target;
        if (!rows.soft.empty()) {
            const distribution & d = rows.soft[first + r];
            rows.divergence[first + r] = divergence_of_row(row, s.log_sum, d.width, d.ids, d.logp);
        }
        if (const int64_t width = rows.top.width)
            likeliest_of_row(logits->ne[0], row, s.log_sum, width, &rows.top.ids[(first + r) * width], &rows.top.logp[(first + r) * width]);
    }
}

void run_coefficients(ggml_tensor * dst, int ith, int, void * p) {
    if (ith != 0)
        return;
    const head_state & state = *(head_state *) p;
    const int64_t first = first_row(dst), n = dst->ne[1];
    std::vector<float> values(n), soft(n);
    state.objective->coefficients(*state.rows, first, first + n, values.data());
    if (!state.rows->soft.empty())
        state.objective->soft_coefficients(*state.rows, first, first + n, soft.data());
    for (int64_t r = 0; r < n; r++) {
        ((float *) dst->data)[3 * r + 1] = values[r];
        ((float *) dst->data)[3 * r + 2] = soft[r];
    }
}

// src: logits, stats. dL/dlogits
void run_gradient(ggml_tensor * dst, int ith, int nth, void * p) {
    const batch & rows = *((head_state *) p)->rows;
    const ggml_tensor *logits = dst->src[0], *stats = dst->src[1];
    const int64_t n = logits->ne[0], first = first_row(stats);
    for (int64_t r = ith; r < logits->ne[1]; r += nth) {
        const float * stat = (const float *) stats->data + 3 * r;
        const float * row = (const float *) logits->data + r * n;
        float * out = (float *) dst->data + r * n;
        logits_gradient_row(n, row, stat[0], rows.targets[first + r], stat[1], out);
        if (!rows.soft.empty()) {
            const distribution & d = rows.soft[first + r];
            divergence_gradient_row(n, row, stat[0], d.width, d.ids, d.logp, stat[2], out);
        }
        const hyperparameters & h = *((head_state *) p)->hyper; // back through the cap: its slope is scale * (1 - (y / cap)^2)
        for (int64_t i = 0; h.logit_cap > 0 && i < n; i++)
            out[i] *= h.logit_scale * (1.0f - row[i] / h.logit_cap * (row[i] / h.logit_cap));
        if (h.logit_cap <= 0 && h.logit_scale != 1.0f)
            scale_by(n, h.logit_scale, out);
    }
}

} // namespace

ggml_tensor * emit_head(const model & m, graph & g, operations & ops, transformer & net, const gradient_of & leaf, ggml_tensor * hidden,
                        head_state & state, int64_t chunk) {
    const int64_t rows = hidden->ne[1];
    ggml_tensor * h = net.norm(hidden, m.output_norm);
    ggml_tensor * stats = g.zeros(3, rows);
    ggml_set_output(stats);
    head part{m, g, ops, leaf, state, h, nullptr, stats};
    const bool one = rows <= chunk;
    const bool two_passes = state.objective && state.objective->coupled() && !one;
    if (two_passes || !state.objective) {
        for (int64_t first = 0; first < rows; first += chunk) {
            const int64_t n = std::min(chunk, rows - first);
            part.onto(part.columns(stats, first, n), {part.logits(first, n)}, run_summarize);
        }
        if (!state.objective)
            return nullptr;
        part.onto(stats, {}, run_coefficients);
    }
    ggml_tensor * dh = one ? nullptr : g.zeros(h->ne[0], rows);
    for (int64_t first = 0; first < rows; first += chunk) {
        const int64_t n = std::min(chunk, rows - first);
        ggml_tensor * logits = part.logits(first, n);
        ggml_tensor * stat = part.columns(stats, first, n);
        if (!two_passes) {
            stat = part.onto(stat, {logits}, run_summarize);
            stat = part.onto(stat, {}, run_coefficients);
        }
        ggml_tensor * sources[] = {logits, stat};
        ggml_tensor * dlogits = g.emit(
            ggml_custom_4d(g.context.get(), GGML_TYPE_F32, logits->ne[0], n, 1, 1, sources, 2, run_gradient, GGML_N_TASKS_MAX, &state));
        if (ggml_tensor * d = leaf(m.output.weight))
            ops.multiply_back_weight(d, part.columns(h, first, n), dlogits, 1.0f);
        if (ggml_tensor * d = m.output.bias ? leaf(m.output.bias) : nullptr)
            ops.bias_back(d, dlogits);
        ggml_tensor * back = ops.multiply_back(m.output.weight, dlogits, 1.0f, one ? nullptr : part.columns(dh, first, n));
        if (m.output.lora_a) {
            ggml_tensor * dah = ops.multiply_back(m.output.lora_b, dlogits, m.output.lora_scale, nullptr);
            ops.multiply_back_weight(leaf(m.output.lora_b), part.ah, dlogits, m.output.lora_scale);
            ops.multiply_back_weight(leaf(m.output.lora_a), part.columns(h, first, n), dah, 1.0f);
            back = ops.multiply_back(m.output.lora_a, dah, 1.0f, back);
        }
        if (one)
            dh = back;
    }
    net.set_gradient(h, dh);
    net.play_last(); // the output norm, the last entry on the tape
    return net.gradient(hidden);
}

} // namespace train
