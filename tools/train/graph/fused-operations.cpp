#include "fused-operations.h"
#include "fused-nodes.h"

namespace train {

namespace {

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

    ggml_tensor * add(ggml_tensor * a, ggml_tensor * b, float scale) override {
        graph::record r = scaled(scale);
        r.start = a ? 0 : -1;
        return make(b->ne[0], b->ne[1], run_add, a ? std::vector<ggml_tensor *>{a, b} : std::vector<ggml_tensor *>{b}, r);
    }

    ggml_tensor * attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, const layer_attention & how) override {
        return make(q->ne[0], q->ne[1], run_attend, {q, k, v}, attending(how));
    }
    attention_gradients attend_back(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, ggml_tensor * dy,
                                    const layer_attention & how) override {
        const int64_t nq = ggml_nelements(q), nk = ggml_nelements(k);
        ggml_tensor * all = make(nq + 2 * nk, 1, run_attend_back, {q, k, v, dy}, attending(how));
        return {part(all, q, 0), part(all, k, nq), part(all, v, nq + nk)};
    }

    ggml_tensor * gated(ggml_tensor * gate, ggml_tensor * up) override { return make(up->ne[0], up->ne[1], run_gated, {gate, up}); }
    gate_gradients gated_back(ggml_tensor * gate, ggml_tensor * up, ggml_tensor * dy) override {
        ggml_tensor * all = make(2 * ggml_nelements(up), 1, run_gated_back, {gate, up, dy});
        return {part(all, gate, 0), part(all, up, ggml_nelements(gate))};
    }

    ggml_tensor * slice(ggml_tensor * x, int64_t first, int64_t n) override {
        graph::record r;
        r.start = (int) first;
        return make(n, x->ne[1], run_slice, {x}, r);
    }
    ggml_tensor * join(const std::vector<ggml_tensor *> & parts) override {
        int64_t n = 0;
        for (const ggml_tensor * part : parts)
            n += part->ne[0];
        return make(n, parts[0]->ne[1], run_join, parts);
    }

    ggml_tensor * magnify(ggml_tensor * x, ggml_tensor * magnitude, ggml_tensor * inverse_norm) override {
        return make(x->ne[0], x->ne[1], run_magnify, {x, magnitude, inverse_norm});
    }
    void magnify_back(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy, ggml_tensor * inverse_norm) override {
        onto(gradient, run_magnify_back, {x, dy, inverse_norm});
    }
    ggml_tensor * product(ggml_tensor * a, ggml_tensor * b) override { return make(a->ne[0], a->ne[1], run_product, {a, b}); }
    ggml_tensor * convolve(ggml_tensor * x, ggml_tensor * taps) override { return make(x->ne[0], x->ne[1], run_convolve, {x, taps}); }
    ggml_tensor * convolve_back(ggml_tensor * taps, ggml_tensor * dy) override {
        return make(dy->ne[0], dy->ne[1], run_convolve_back, {dy, taps});
    }
    void convolve_back_taps(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy) override {
        onto(gradient, run_convolve_back_taps, {x, dy});
    }

    ggml_tensor * route(ggml_tensor * logits, int64_t used) override {
        return make(2 * used, logits->ne[1], run_route, {logits}, using_experts(used));
    }
    ggml_tensor * route_back(ggml_tensor * logits, ggml_tensor * routing, ggml_tensor * dweights) override {
        return make(logits->ne[0], logits->ne[1], run_route_back, {routing, dweights}, using_experts(routing->ne[0] / 2));
    }
    ggml_tensor * expert_multiply(ggml_tensor * w, ggml_tensor * x, ggml_tensor * routing) override {
        return make(w->ne[1], slots(routing), run_expert_multiply, {w, x, routing});
    }
    ggml_tensor * expert_multiply_back(ggml_tensor * w, ggml_tensor * dy, ggml_tensor * routing) override {
        return make(w->ne[0], slots(routing), run_expert_multiply_back, {w, dy, routing});
    }
    void expert_multiply_back_weight(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy, ggml_tensor * routing) override {
        onto(gradient, run_expert_multiply_back_weight, {x, dy, routing});
    }
    ggml_tensor * mix(ggml_tensor * y, ggml_tensor * routing, int64_t used) override {
        return make(y->ne[0], y->ne[1] / used, run_mix, routing ? std::vector<ggml_tensor *>{y, routing} : std::vector<ggml_tensor *>{y},
                    using_experts(used));
    }
    ggml_tensor * mix_back(ggml_tensor * dy, ggml_tensor * routing) override {
        return make(dy->ne[0], slots(routing), run_mix_back, {dy, routing}, using_experts(routing->ne[0] / 2));
    }
    ggml_tensor * mix_back_weights(ggml_tensor * y, ggml_tensor * dy, ggml_tensor * routing) override {
        return make(routing->ne[0] / 2, routing->ne[1], run_mix_back_weights, {y, dy});
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
    graph::record attending(const layer_attention & how) const {
        graph::record r;
        r.how = how;
        return r;
    }
    graph::record using_experts(int64_t used) const {
        graph::record r;
        r.start = (int) used;
        return r;
    }
    static int64_t slots(const ggml_tensor * routing) { return routing->ne[0] / 2 * routing->ne[1]; }
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
