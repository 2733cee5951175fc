#include "dora.h"
#include "bad-input.h"
#include <cmath>

namespace train {

namespace {

std::vector<float> values_of(const ggml_tensor * t) {
    std::vector<char> stored(ggml_nbytes(t));
    ggml_backend_tensor_get(t, stored.data(), 0, stored.size());
    std::vector<float> values((size_t) ggml_nelements(t));
    to_f32(t->type, stored.data(), values.data(), ggml_nelements(t));
    return values;
}

const parameter & parameter_of(const model & m, const ggml_tensor * t) {
    return m.parameters[m.parameter_index.at(t)];
}

// W + s B A, row by row
std::vector<float> direction_of(const model & m, const matrix & w) {
    std::vector<float> all = values_of(w.weight);
    const float *a = parameter_of(m, w.lora_a).values(), *b = parameter_of(m, w.lora_b).values();
    const int64_t in = w.weight->ne[0], out = w.weight->ne[1], rank = w.lora_b->ne[0];
    for (int64_t o = 0; o < out; o++) {
        for (int64_t r = 0; r < rank; r++) {
            const float factor = w.lora_scale * b[o * rank + r];
            for (int64_t i = 0; i < in && factor != 0.0f; i++)
                all[o * in + i] += factor * a[r * in + i];
        }
    }
    return all;
}

float norm_of_row(const float * row, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double) row[i] * row[i];
    return (float) std::sqrt(std::max(sum, 1e-24));
}

} // namespace

void add_magnitude(model & m, const target & t) {
    matrix & w = *t.at;
    if (t.asked || w.weight->ne[2] > 1)
        throw bad_input("--dora: " + t.kind + " can have no magnitude, leave it out of --lora-targets");
    w.magnitude = ggml_new_tensor_1d(m.lora_context.get(), GGML_TYPE_F32, w.weight->ne[1]);
    w.inverse_norm = ggml_new_tensor_1d(m.lora_context.get(), GGML_TYPE_F32, w.weight->ne[1]);
    add_parameter(m, t.tensor + ".magnitude", w.magnitude, false);
}

void measure_norms(model & m) {
    for (const target & t : m.targets) {
        if (!t.at->magnitude)
            continue;
        const std::vector<float> direction = direction_of(m, *t.at);
        const int64_t in = t.at->weight->ne[0];
        std::vector<float> inverse((size_t) t.at->weight->ne[1]);
        for (size_t o = 0; o < inverse.size(); o++)
            inverse[o] = 1.0f / norm_of_row(direction.data() + (int64_t) o * in, in);
        ggml_backend_tensor_set(t.at->inverse_norm, inverse.data(), 0, inverse.size() * sizeof(float));
    }
}

void start_magnitudes(model & m) {
    measure_norms(m); // B is zero
    for (const target & t : m.targets) {
        if (!t.at->magnitude)
            continue;
        const std::vector<float> inverse = values_of(t.at->inverse_norm);
        parameter & p = m.parameters[m.parameter_index.at(t.at->magnitude)];
        for (size_t o = 0; o < inverse.size(); o++)
            p.values()[o] = 1.0f / inverse[o];
    }
}

std::vector<float> merged_weight(const model & m, const ggml_tensor * weight) {
    for (const target & t : m.targets) {
        if (t.at->weight != weight || !t.at->magnitude)
            continue;
        std::vector<float> all = direction_of(m, *t.at);
        const float * magnitude = parameter_of(m, t.at->magnitude).values();
        const int64_t in = weight->ne[0];
        for (int64_t o = 0; o < weight->ne[1]; o++) {
            const float factor = magnitude[o] / norm_of_row(all.data() + o * in, in);
            for (int64_t i = 0; i < in; i++)
                all[o * in + i] *= factor;
        }
        return all;
    }
    return {};
}

} // namespace train
