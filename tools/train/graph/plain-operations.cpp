#include "plain-operations.h"
#include "../data/batch.h"
#include "bad-input.h"
#include "kernels.h"
#include "packed-rows.h"
#include <cmath>
#include <map>
#include <numeric>

namespace train {

namespace {

class plain final : public operations {
  public:
    plain(graph & g, const model & m) : g(g), c(g.context.get()), h(g.hyper), factors(rope_factors_of(m)) {
        count = g.rows.pack_rows();
        length = g.rows.row_length;
        places = g.constant(GGML_TYPE_I32, length * count, 1, "places", [](const batch & b) -> const auto & { return b.places; });
        if (g.rope.temperature.empty())
            return;
        temperature = g.constant(GGML_TYPE_F32, 1, length * count, "temperature", [&rope = g.rope](const batch & b) {
            std::vector<float> by_token;
            for (const int32_t place : b.places)
                by_token.push_back(rope.temperature[place]);
            return by_token;
        });
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
        if (w->type == GGML_TYPE_F32)
            return finish(ggml_mul_mat(c, flipped(w), dy), scale, onto);
        // such a matrix takes dy in half precision, whose least values are near 1e-7: dy is lifted there and back
        return finish(ggml_mul_mat(c, flipped_half(w), ggml_scale(c, dy, lift)), scale / lift, onto);
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

    ggml_tensor * add(ggml_tensor * a, ggml_tensor * b, float scale) override {
        return g.emit(a ? ggml_add(c, a, scaled(b, scale)) : ggml_scale(c, b, scale));
    }

    ggml_tensor * attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, const layer_attention & how) override {
        const heads x = split(q, k, v, how);
        ggml_tensor * out = ggml_mul_mat(c, flipped(x.v), probabilities(x, how, nullptr)); // [head_size, length * group, kv_heads, count]
        return g.emit(joined(out, h.heads));
    }

    attention_gradients attend_back(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, ggml_tensor * dy,
                                    const layer_attention & how) override {
        const heads x = split(q, k, v, how);
        ggml_tensor * slopes = nullptr;
        ggml_tensor * p = probabilities(x, how, &slopes);
        ggml_tensor * dout = grouped(apart(dy, h.heads));
        ggml_tensor * dp = ggml_mul_mat(c, x.v, dout);
        ggml_tensor * ds = ggml_soft_max_ext_back(c, unfolded(dp), unfolded(p), softmax_scale(), 0.0f);
        ds = folded(ds);
        if (slopes)
            ds = ggml_mul(c, ds, slopes);
        ggml_tensor * dv = ggml_mul_mat(c, flipped(dout), flipped(p));
        ggml_tensor * dq = ggml_mul_mat(c, flipped(x.k), ds);
        ggml_tensor * dk = ggml_mul_mat(c, flipped(x.q), flipped(ds));
        return {g.emit(unrotated(dq, h.heads, how, temperature)), g.emit(unrotated(dk, h.kv_heads, how, nullptr)),
                g.emit(joined(dv, h.kv_heads))};
    }

    ggml_tensor * gated(ggml_tensor * gate, ggml_tensor * up) override { return g.emit(ggml_mul(c, activated(gate), up)); }
    gate_gradients gated_back(ggml_tensor * gate, ggml_tensor * up, ggml_tensor * dy) override {
        ggml_tensor * dgate = ggml_mul(c, dy, up);
        dgate = h.act == activation::silu ? ggml_silu_back(c, dgate, gate) : ggml_mul(c, dgate, gelu_slope(gate));
        return {g.emit(dgate), g.emit(ggml_mul(c, dy, activated(gate)))};
    }

    ggml_tensor * slice(ggml_tensor * x, int64_t first, int64_t n) override {
        return g.emit(ggml_cont(c, ggml_view_2d(c, x, n, x->ne[1], x->nb[1], first * x->nb[0])));
    }
    ggml_tensor * join(const std::vector<ggml_tensor *> & parts) override {
        ggml_tensor * all = parts[0];
        for (size_t i = 1; i < parts.size(); i++)
            all = ggml_concat(c, all, parts[i], 0);
        return g.emit(all);
    }

    ggml_tensor * magnify(ggml_tensor * x, ggml_tensor * magnitude, ggml_tensor * inverse_norm) override {
        return g.emit(ggml_mul(c, ggml_mul(c, x, magnitude), inverse_norm));
    }
    void magnify_back(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy, ggml_tensor * inverse_norm) override {
        sum_into(gradient, sum_of_columns(ggml_mul(c, ggml_mul(c, dy, x), inverse_norm), gradient));
    }
    ggml_tensor * product(ggml_tensor * a, ggml_tensor * b) override { return g.emit(ggml_mul(c, a, b)); }
    ggml_tensor * convolve(ggml_tensor * x, ggml_tensor * taps) override { return by_taps(x, taps, false); }
    ggml_tensor * convolve_back(ggml_tensor * taps, ggml_tensor * dy) override { return by_taps(dy, taps, true); }
    void convolve_back_taps(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy) override {
        ggml_tensor * all = nullptr;
        for (int64_t j = 0; j < gradient->ne[0]; j++) {
            ggml_tensor * one = ggml_sum_rows(c, flipped(ggml_mul(c, dy, later(x, gradient->ne[0] - 1 - j, false)))); // [1, width]
            all = all ? ggml_concat(c, all, one, 0) : one;
        }
        sum_into(gradient, all);
    }

    // ggml has no gradient of MUL_MAT_ID for its weights
    ggml_tensor * route(ggml_tensor *, int64_t) override { return no_experts(); }
    ggml_tensor * route_back(ggml_tensor *, ggml_tensor *, ggml_tensor *) override { return no_experts(); }
    ggml_tensor * expert_multiply(ggml_tensor *, ggml_tensor *, ggml_tensor *) override { return no_experts(); }
    ggml_tensor * expert_multiply_back(ggml_tensor *, ggml_tensor *, ggml_tensor *) override { return no_experts(); }
    void expert_multiply_back_weight(ggml_tensor *, ggml_tensor *, ggml_tensor *, ggml_tensor *) override { no_experts(); }
    ggml_tensor * mix(ggml_tensor *, ggml_tensor *, int64_t) override { return no_experts(); }
    ggml_tensor * mix_back(ggml_tensor *, ggml_tensor *) override { return no_experts(); }
    ggml_tensor * mix_back_weights(ggml_tensor *, ggml_tensor *, ggml_tensor *) override { return no_experts(); }

    ggml_tensor * select(ggml_tensor * x, ggml_tensor * rows) override { return g.emit(ggml_get_rows(c, x, rows)); }
    ggml_tensor * select_back(ggml_tensor * rows, ggml_tensor * dy, int64_t tokens) override {
        return g.emit(ggml_get_rows_back(c, dy, rows, ggml_new_tensor_2d(c, GGML_TYPE_F32, dy->ne[0], tokens)));
    }

  private:
    [[noreturn]] static ggml_tensor * no_experts() {
        throw bad_input("a mixture of experts is trained on the CPU only: leave --n-gpu-layers and --plain out");
    }
    struct heads {
        ggml_tensor *q, *k, *v;
    }; // [head_size, length (* group), kv_heads, count], rotated

    graph & g;
    ggml_context * c;
    const hyperparameters & h;
    ggml_tensor *factors, *places, *temperature = nullptr;
    std::map<int64_t, ggml_tensor *> masks;       // by window
    std::map<int64_t, ggml_tensor *> apart_masks; // by distance, back below 0: of a convolution, 0 where another sequence would be seen
    std::map<const ggml_tensor *, ggml_tensor *> halves;
    std::map<int64_t, ggml_tensor *> every_row; // by their number
    int64_t count, length;                      // of the rows that sequences are packed into

    void sum_into(ggml_tensor * gradient, ggml_tensor * t) { g.emit(ggml_add_inplace(c, gradient, t)); }
    ggml_tensor * scaled(ggml_tensor * t, float scale) { return scale == 1.0f ? t : ggml_scale(c, t, scale); }
    ggml_tensor * finish(ggml_tensor * product, float scale, ggml_tensor * onto) {
        product = scaled(product, scale);
        return g.emit(onto ? ggml_add_inplace(c, onto, product) : product);
    }
    ggml_tensor * flipped(ggml_tensor * t) { return ggml_cont(c, ggml_transpose(c, t)); }
    ggml_tensor * sum_of_columns(ggml_tensor * t, ggml_tensor * like) { return ggml_reshape(c, ggml_sum_rows(c, flipped(t)), like); }
    static constexpr float lift = 1024.0f;
    // A base's matrix, transposed, in F16, for one product (the head's: its chunks). By get_rows: CUDA copies no K-quants.
    ggml_tensor * flipped_half(ggml_tensor * w) {
        ggml_tensor *& known = halves[w];
        if (known || w->type == GGML_TYPE_F16)
            return known ? known : known = flipped(w);
        ggml_tensor *& all = every_row[w->ne[1]];
        if (!all) {
            std::vector<int32_t> order(w->ne[1]);
            std::iota(order.begin(), order.end(), 0);
            all = g.constant(GGML_TYPE_I32, w->ne[1], 1, "rows", [order](const batch &) -> const auto & { return order; });
        }
        return known = ggml_cast(c, ggml_transpose(c, ggml_get_rows(c, w, all)), GGML_TYPE_F16);
    }

    // Every sequence's tokens `by` places later, or back earlier; what falls out is lost, what is not there is 0
    ggml_tensor * later(ggml_tensor * t, int64_t by, bool back) {
        if (by == 0)
            return t;
        const int64_t width = t->ne[0], n = std::max<int64_t>(0, length - by);
        if (n == 0)
            return ggml_scale(c, t, 0.0f);
        ggml_tensor * kept = ggml_cont(c, ggml_view_3d(c, t, width, n, count, t->nb[1], t->nb[1] * length, back ? by * t->nb[1] : 0));
        kept = ggml_pad_ext(c, kept, 0, 0, back ? 0 : (int) by, back ? (int) by : 0, 0, 0, 0, 0);
        kept = ggml_reshape_2d(c, kept, width, length * count);
        return g.rows.shares_rows() ? ggml_mul(c, kept, apart_by(back ? -by : by)) : kept;
    }
    ggml_tensor * apart_by(int64_t by) {
        ggml_tensor *& known = apart_masks[by];
        const auto seen = [by](const batch & b) { return seen_at_distance(b, by); };
        return known ? known : known = g.constant(GGML_TYPE_F32, 1, length * count, "apart", seen);
    }
    ggml_tensor * by_taps(ggml_tensor * t, ggml_tensor * taps, bool back) {
        ggml_tensor *columns = flipped(taps), *sum = nullptr; // [width, taps]
        for (int64_t j = 0; j < taps->ne[0]; j++) {
            ggml_tensor * tap = ggml_view_1d(c, columns, columns->ne[0], j * columns->nb[1]);
            ggml_tensor * part = ggml_mul(c, later(t, taps->ne[0] - 1 - j, back), tap);
            sum = sum ? ggml_add(c, sum, part) : part;
        }
        return g.emit(sum);
    }

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

    // 1/2 (1 + t) + 1/2 x (1 - t^2) a (1 + 3 b x^2), t = tanh(a (x + b x^3)): ggml has no backward for its gelu
    ggml_tensor * gelu_slope(ggml_tensor * x) {
        constexpr float a = 0.79788456080286535588f, b = 0.044715f;
        ggml_tensor * square = ggml_sqr(c, x);
        ggml_tensor * t = ggml_tanh(c, ggml_mul(c, x, ggml_scale_bias(c, square, a * b, a)));
        ggml_tensor * inner = ggml_mul(c, x, ggml_scale_bias(c, square, 1.5f * a * b, 0.5f * a));
        return ggml_add(c, ggml_scale_bias(c, t, 0.5f, 0.5f), ggml_mul(c, ggml_scale_bias(c, ggml_sqr(c, t), -1.0f, 1.0f), inner));
    }
    ggml_tensor * activated(ggml_tensor * x) {
        if (h.act == activation::silu)
            return ggml_silu(c, x);
        if (!smooth_gelu)
            return ggml_gelu(c, x);
        ggml_tensor * t =
            ggml_tanh(c, ggml_mul(c, x, ggml_scale_bias(c, ggml_sqr(c, x), 0.79788456080286535588f * 0.044715f, 0.79788456080286535588f)));
        return ggml_mul(c, x, ggml_scale_bias(c, t, 0.5f, 0.5f));
    }

    ggml_tensor * mask(int64_t window) {
        ggml_tensor *& known = masks[window];
        if (known)
            return known;
        const int64_t shades = g.rows.shares_rows() ? count : 1;
        known = g.constant(GGML_TYPE_F32, length, length * shades, "mask", [window](const batch & b) { return attention_shade(b, window); });
        return known = ggml_reshape_4d(c, known, length, length, 1, shades);
    }

    using rotation = ggml_tensor * (*) (ggml_context *, ggml_tensor *, ggml_tensor *, ggml_tensor *, int, int, int, float, float, float,
                                        float, float, float);
    ggml_tensor * rotate(rotation with, ggml_tensor * t, const layer_attention & how) {
        const rope_options & r = h.ropes[how.rope];
        return with(c, t, places, factors, (int) h.rope_size, h.rope_neox ? GGML_ROPE_TYPE_NEOX : GGML_ROPE_TYPE_NORMAL,
                    (int) r.original_context, r.base, r.scale, r.extrapolation, r.magnitude, r.beta_fast, r.beta_slow);
    }
    // by_position: [1, tokens], or null
    // [features, tokens] -> [head_size, n, length, count]; a rotation takes the tokens as one row, each has its own place
    ggml_tensor * rotated(ggml_tensor * t, int64_t n, const layer_attention & how, ggml_tensor * by_position) {
        ggml_tensor * x = ggml_reshape_3d(c, t, h.head_size, n, length * count);
        if (how.rotates)
            x = rotate(ggml_rope_ext, x, how);
        if (by_position)
            x = ggml_mul(c, x, ggml_reshape_3d(c, by_position, 1, 1, length * count));
        return view(x, n);
    }
    ggml_tensor * unrotated(ggml_tensor * t, int64_t n, const layer_attention & how, ggml_tensor * by_position) {
        ggml_tensor * x = ggml_reshape_3d(c, together(t, n), h.head_size, n, length * count);
        if (how.rotates)
            x = rotate(ggml_rope_ext_back, x, how);
        if (by_position)
            x = ggml_mul(c, x, ggml_reshape_3d(c, by_position, 1, 1, length * count));
        return ggml_reshape_2d(c, x, h.head_size * n, length * count);
    }

    heads split(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, const layer_attention & how) {
        const auto swap = [&](ggml_tensor * t) { return ggml_cont(c, ggml_permute(c, t, 0, 2, 1, 3)); };
        return {grouped(swap(rotated(q, h.heads, how, temperature))), swap(rotated(k, h.kv_heads, how, nullptr)), apart(v, h.kv_heads)};
    }
    // With a cap the scale comes before it, else in the softmax
    float softmax_scale() const { return h.attention_cap > 0 ? 1.0f : h.attention_scale; }
    ggml_tensor * probabilities(const heads & x, const layer_attention & how, ggml_tensor ** slopes) {
        ggml_tensor * scores = ggml_mul_mat(c, x.k, x.q);
        if (h.attention_cap > 0) {
            ggml_tensor * t = ggml_tanh(c, ggml_scale(c, scores, h.attention_scale / h.attention_cap));
            scores = ggml_scale(c, t, h.attention_cap);
            if (slopes)
                *slopes = ggml_scale_bias(c, ggml_sqr(c, t), -h.attention_scale, h.attention_scale);
        }
        return folded(ggml_soft_max_ext(c, unfolded(scores), mask(how.window), softmax_scale(), 0.0f));
    }
};

} // namespace

std::unique_ptr<operations> plain_operations(graph & g, const model & m) {
    return std::make_unique<plain>(g, m);
}

} // namespace train
