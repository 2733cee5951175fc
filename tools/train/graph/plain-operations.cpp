#include "plain-operations.h"
#include "../data/batch.h"
#include <cmath>
#include <numeric>

namespace train {

namespace {

class plain final : public operations {
  public:
    plain(graph & g, const model & m) : g(g), c(g.context.get()), h(g.hyper), factors(m.rope_factors) {
        count = g.rows.sequences();
        length = g.rows.starts.at(1);
        std::vector<int32_t> order(length);
        std::iota(order.begin(), order.end(), 0);
        places = g.constant(GGML_TYPE_I32, length, 1, "places", order.data());
        std::vector<float> shade(length * length, 0.0f); // a query sees itself and what came before
        for (int64_t q = 0; q < length; q++)
            for (int64_t k = q + 1; k < length; k++)
                shade[q * length + k] = -INFINITY;
        mask = g.constant(GGML_TYPE_F32, length, length, "mask", shade.data());
    }

    ggml_tensor * embed(ggml_tensor * table, ggml_tensor * ids) override { return g.emit(ggml_get_rows(c, table, ids)); }
    void embed_back(ggml_tensor * gradient, ggml_tensor * ids, ggml_tensor * dy) override {
        sum_into(gradient, ggml_get_rows_back(c, dy, ids, gradient));
    }

    ggml_tensor * initial(ggml_tensor * start, ggml_tensor * bias, int64_t tokens) override {
        if (!bias)
            return g.emit(ggml_cont(c, start));
        return g.emit(start ? ggml_add(c, start, bias) : ggml_repeat_4d(c, bias, bias->ne[0], tokens, 1, 1));
    }
    ggml_tensor * multiply(ggml_tensor * w, ggml_tensor * x, float scale, ggml_tensor * onto) override {
        return finish(ggml_mul_mat(c, w, x), scale, onto);
    }
    ggml_tensor * multiply_back(ggml_tensor * w, ggml_tensor * dy, float scale, ggml_tensor * onto) override {
        return finish(ggml_mul_mat(c, flipped(dequantized(w)), dy), scale, onto);
    }
    void multiply_back_weight(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy, float scale) override {
        sum_into(gradient, scaled(ggml_mul_mat(c, flipped(x), flipped(dy)), scale));
    }
    void bias_back(ggml_tensor * gradient, ggml_tensor * dy) override { sum_into(gradient, sum_of_columns(dy, gradient)); }

    ggml_tensor * norm(ggml_tensor * x, ggml_tensor * gain) override { return g.emit(ggml_mul(c, ggml_rms_norm(c, x, h.rms_eps), gain)); }
    ggml_tensor * norm_back(ggml_tensor * x, ggml_tensor * gain, ggml_tensor * dy, ggml_tensor * skip) override {
        ggml_tensor * dx = ggml_rms_norm_back(c, ggml_mul(c, dy, gain), x, h.rms_eps);
        return g.emit(skip ? ggml_add(c, dx, skip) : dx);
    }
    void norm_back_gain(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy) override {
        sum_into(gradient, sum_of_columns(ggml_mul(c, dy, ggml_rms_norm(c, x, h.rms_eps)), gradient));
    }

    ggml_tensor * attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v) override {
        const heads x = split(q, k, v);
        ggml_tensor * out = ggml_mul_mat(c, flipped(x.v), probabilities(x)); // [head_size, length * group, kv_heads, count]
        return g.emit(joined(out, h.heads));
    }

    attention_gradients attend_back(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, ggml_tensor * dy) override {
        const heads x = split(q, k, v);
        ggml_tensor * p = probabilities(x);
        ggml_tensor * dout = grouped(apart(dy, h.heads));
        ggml_tensor * dp = ggml_mul_mat(c, x.v, dout);
        ggml_tensor * ds = ggml_soft_max_ext_back(c, unfolded(dp), unfolded(p), h.attention_scale, 0.0f);
        ds = folded(ds);
        ggml_tensor * dv = ggml_mul_mat(c, flipped(dout), flipped(p));
        ggml_tensor * dq = ggml_mul_mat(c, flipped(x.k), ds);
        ggml_tensor * dk = ggml_mul_mat(c, flipped(x.q), flipped(ds));
        return {g.emit(unrotated(dq, h.heads)), g.emit(unrotated(dk, h.kv_heads)), g.emit(joined(dv, h.kv_heads))};
    }

    ggml_tensor * swiglu(ggml_tensor * gate, ggml_tensor * up) override { return g.emit(ggml_mul(c, ggml_silu(c, gate), up)); }
    swiglu_gradients swiglu_back(ggml_tensor * gate, ggml_tensor * up, ggml_tensor * dy) override {
        return {g.emit(ggml_silu_back(c, ggml_mul(c, dy, up), gate)), g.emit(ggml_mul(c, dy, ggml_silu(c, gate)))};
    }

    ggml_tensor * select(ggml_tensor * x, ggml_tensor * rows) override { return g.emit(ggml_get_rows(c, x, rows)); }
    ggml_tensor * select_back(ggml_tensor * rows, ggml_tensor * dy, int64_t tokens) override {
        return g.emit(ggml_get_rows_back(c, dy, rows, ggml_new_tensor_2d(c, GGML_TYPE_F32, dy->ne[0], tokens)));
    }

  private:
    struct heads {
        ggml_tensor *q, *k, *v;
    }; // [head_size, length (* group), kv_heads, count], rotated

    graph & g;
    ggml_context * c;
    const hyperparameters & h;
    ggml_tensor *factors, *places, *mask;
    int64_t count, length; // of the sequences

    void sum_into(ggml_tensor * gradient, ggml_tensor * t) { g.emit(ggml_add_inplace(c, gradient, t)); }
    ggml_tensor * scaled(ggml_tensor * t, float scale) { return scale == 1.0f ? t : ggml_scale(c, t, scale); }
    ggml_tensor * finish(ggml_tensor * product, float scale, ggml_tensor * onto) {
        product = scaled(product, scale);
        return g.emit(onto ? ggml_add_inplace(c, onto, product) : product);
    }
    ggml_tensor * flipped(ggml_tensor * t) { return ggml_cont(c, ggml_transpose(c, t)); }
    ggml_tensor * sum_of_columns(ggml_tensor * t, ggml_tensor * like) { return ggml_reshape(c, ggml_sum_rows(c, flipped(t)), like); }
    ggml_tensor * dequantized(ggml_tensor * w) { return w->type == GGML_TYPE_F32 ? w : ggml_cast(c, w, GGML_TYPE_F32); }

    // [features, tokens] <-> [head_size, length, heads, count]
    ggml_tensor * view(ggml_tensor * t, int64_t n) { return ggml_reshape_4d(c, t, h.head_size, n, length, count); }
    ggml_tensor * apart(ggml_tensor * t, int64_t n) { return ggml_cont(c, ggml_permute(c, view(t, n), 0, 2, 1, 3)); }
    ggml_tensor * together(ggml_tensor * t, int64_t n) {
        return ggml_cont(c, ggml_permute(c, ggml_reshape_4d(c, t, h.head_size, length, n, count), 0, 2, 1, 3));
    }
    ggml_tensor * joined(ggml_tensor * t, int64_t n) { return ggml_reshape_2d(c, together(t, n), h.head_size * n, length * count); }

    // The query heads of one key/value head side by side: products with it need no broadcast, and their gradients no extra sum.
    int64_t group() const { return h.heads / h.kv_heads; }
    ggml_tensor * grouped(ggml_tensor * t) { return ggml_reshape_4d(c, t, h.head_size, length * group(), h.kv_heads, count); }
    ggml_tensor * unfolded(ggml_tensor * scores) { return ggml_reshape_4d(c, scores, length, length, h.heads, count); }
    ggml_tensor * folded(ggml_tensor * scores) { return ggml_reshape_4d(c, scores, length, length * group(), h.kv_heads, count); }

    ggml_tensor * rotated(ggml_tensor * t, int64_t n) {
        return ggml_rope_ext(c, view(t, n), places, factors, (int) h.head_size, mode(), 0, h.rope_base, h.rope_scale, 0.0f, 1.0f, 32.0f,
                             1.0f);
    }
    ggml_tensor * unrotated(ggml_tensor * t, int64_t n) {
        ggml_tensor * x = ggml_rope_ext_back(c, together(t, n), places, factors, (int) h.head_size, mode(), 0, h.rope_base, h.rope_scale,
                                             0.0f, 1.0f, 32.0f, 1.0f);
        return ggml_reshape_2d(c, x, h.head_size * n, length * count);
    }
    int mode() const { return h.rope_neox ? GGML_ROPE_TYPE_NEOX : GGML_ROPE_TYPE_NORMAL; }

    heads split(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v) {
        const auto swap = [&](ggml_tensor * t) { return ggml_cont(c, ggml_permute(c, t, 0, 2, 1, 3)); };
        return {grouped(swap(rotated(q, h.heads))), swap(rotated(k, h.kv_heads)), apart(v, h.kv_heads)};
    }
    ggml_tensor * probabilities(const heads & x) {
        return folded(ggml_soft_max_ext(c, unfolded(ggml_mul_mat(c, x.k, x.q)), mask, h.attention_scale, 0.0f));
    }
};

} // namespace

std::unique_ptr<operations> plain_operations(graph & g, const model & m) {
    return std::make_unique<plain>(g, m);
}

} // namespace train
