#include "model.h"
#include "../graph/attention.h"
#include "bad-input.h"
#include "describe-tensors.h"
#include "family.h"
#include <algorithm>
#include <cmath>

namespace train {

void check_supported(const std::string & path) {
    ggml_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    read_hyperparameters(weights_file(path).keys.get(), path, 0);
}

void add_parameter(model & m, const std::string & name, ggml_tensor * tensor, bool decays) {
    m.parameter_index[tensor] = (int) m.parameters.size();
    m.parameters.push_back({name, tensor, decays, {}});
}

void copy_parameters_to_host(model & m) {
    for (parameter & p : m.parameters) {
        if (ggml_backend_buffer_is_host(p.tensor->buffer))
            continue;
        p.copy.resize(p.size());
        ggml_backend_tensor_get(p.tensor, p.copy.data(), 0, ggml_nbytes(p.tensor));
    }
}

void upload_parameters(const model & m) {
    for (const parameter & p : m.parameters) {
        if (!p.copy.empty())
            ggml_backend_tensor_set(p.tensor, p.copy.data(), 0, ggml_nbytes(p.tensor));
    }
}

int64_t model::parameter_count() const {
    int64_t count = 0;
    for (const parameter & p : parameters)
        count += ggml_nelements(p.tensor);
    return count;
}

// Fills the model's tensors from its file, converting where their types differ
static void read_tensors(model & m) {
    std::vector<char> stored;
    std::vector<float> values;
    for (const weights_file::tensor & from : m.file->tensors) {
        ggml_tensor * t = m.tensors.at(from.name);
        m.file->read(from, stored);
        if (from.type == t->type) {
            ggml_backend_tensor_set(t, stored.data(), 0, stored.size());
            continue;
        }
        values.resize(ggml_nelements(t));
        to_f32(from.type, stored.data(), values.data(), ggml_nelements(t));
        ggml_backend_tensor_set(t, values.data(), 0, values.size() * sizeof(float));
    }
}

std::unique_ptr<model> read_model(const std::string & path, bool full, ggml_backend_buffer_type_t place, int64_t serving_context) {
    auto m = std::make_unique<model>();
    m->path = path;
    m->file = std::make_unique<weights_file>(path);
    m->hyper = read_hyperparameters(m->file->keys.get(), path, serving_context);

    m->context.reset(ggml_init({(m->file->tensors.size() + 1) * ggml_tensor_overhead(), nullptr, true}));
    for (const weights_file::tensor & stored : m->file->tensors) {
        const bool constant = stored.name.compare(0, 5, "rope_") == 0; // factors of the rotation
        ggml_tensor * t = ggml_new_tensor(m->context.get(), full ? GGML_TYPE_F32 : stored.type, GGML_MAX_DIMS, stored.ne);
        ggml_set_name(t, stored.name.c_str());
        m->tensors[stored.name] = t;
        if (full && !constant)
            add_parameter(*m, stored.name, t, ggml_n_dims(t) > 1);
    }
    m->buffer.reset(ggml_backend_alloc_ctx_tensors_from_buft(m->context.get(), place));
    if (!m->buffer)
        throw bad_input(path + ": not enough memory for the weights");
    read_tensors(*m);
    assign_roles(*m);
    copy_parameters_to_host(*m);
    return m;
}

// The pair whose wave makes `rotations` turns over the original context
static float pair_of(const rope_options & r, int64_t size, float rotations) {
    return (float) size * logf((float) r.original_context / (rotations * 2.0f * (float) M_PI)) / (2.0f * logf(r.base));
}

static void fill(const rope_options & r, int64_t size, bool neox, const std::vector<float> & factors, int64_t positions,
                 rope_table & table) {
    table.half = size / 2;
    table.neox = neox;
    table.cosines.resize(positions * table.half);
    table.sines.resize(positions * table.half);
    const float step = powf(r.base, -2.0f / (float) size);
    const float low = std::max(0.0f, floorf(pair_of(r, size, r.beta_fast)));
    const float high = std::min((float) size - 1, ceilf(pair_of(r, size, r.beta_slow)));
    const float magnitude = r.extrapolation == 0.0f ? r.magnitude : r.magnitude * (1.0f + 0.1f * logf(1.0f / r.scale));
    for (int64_t p = 0; p < positions; p++) {
        float theta = (float) p; // multiplied up in float, as ggml_rope does
        for (int64_t i = 0; i < table.half; i++, theta *= step) {
            const float whole = theta / factors[i];
            float angle = r.scale * whole;
            if (r.extrapolation != 0.0f) {
                const float ramp = std::min(1.0f, std::max(0.0f, ((float) i - low) / std::max(0.001f, high - low)));
                const float mix = (1.0f - ramp) * r.extrapolation;
                angle = angle * (1.0f - mix) + whole * mix;
            }
            table.cosines[p * table.half + i] = cosf(angle) * magnitude;
            table.sines[p * table.half + i] = sinf(angle) * magnitude;
        }
    }
}

ggml_tensor * rope_factors_of(const model & m) {
    return m.rope_factors ? m.rope_factors : m.hyper.uses_long() ? m.long_factors : m.short_factors;
}

void fill_rope_tables(const model & m, int64_t positions, rope_tables & tables) {
    const hyperparameters & h = m.hyper;
    std::vector<float> factors((size_t) h.rope_size / 2, 1.0f);
    if (const ggml_tensor * stored = rope_factors_of(m))
        ggml_backend_tensor_get(stored, factors.data(), 0, factors.size() * sizeof(float));
    for (int i = 0; i < 2; i++)
        fill(h.ropes[i], h.rope_size, h.rope_neox, factors, positions, tables.by_kind[i]);
    tables.temperature.clear();
    for (int64_t p = 0; p < positions && h.temperature_scale != 0.0f; p++)
        tables.temperature.push_back(
            (float) (std::log(std::floor((double) p / (double) h.temperature_floor) + 1.0) * h.temperature_scale + 1.0));
}

} // namespace train
