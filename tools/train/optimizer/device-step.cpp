#include "device-step.h"
#include "bad-input.h"
#include <cmath>

namespace train {

constexpr size_t nodes_a_parameter = 4;

device_step::device_step(const model & m, worker & w) : m(m), w(w) {
    const size_t count = m.parameters.size();
    context.reset(ggml_init({(2 * count + 3) * ggml_tensor_overhead(), nullptr, true}));
    for (const parameter & p : m.parameters) {
        first.push_back(ggml_dup_tensor(context.get(), p.tensor));
        second.push_back(ggml_dup_tensor(context.get(), p.tensor));
        ggml_set_param(p.tensor); // or the operation refuses to move it
    }
    decaying = ggml_new_tensor_1d(context.get(), GGML_TYPE_F32, 7);
    plain = ggml_new_tensor_1d(context.get(), GGML_TYPE_F32, 7);
    scale = ggml_new_tensor_1d(context.get(), GGML_TYPE_F32, 1);
    buffer.reset(ggml_backend_alloc_ctx_tensors(context.get(), w.device()));
    if (!buffer)
        throw bad_input(
            "the GPU has no room for the optimizer's moments (8 bytes a trained weight), train an adapter of a lower --lora-rank");
    ggml_backend_buffer_clear(buffer.get(), 0);

    norms = begin();
    for (size_t i = 0; i < count; i++) {
        squares.push_back(ggml_sum(norms.context.get(), ggml_sqr(norms.context.get(), w.leaf(i))));
        ggml_set_output(squares.back());
        ggml_build_forward_expand(norms.nodes, squares.back());
    }
    finish(norms);

    steps = begin();
    for (size_t i = 0; i < count; i++) {
        ggml_tensor * gradient = ggml_mul(steps.context.get(), w.leaf(i), scale);
        const parameter & p = m.parameters[i];
        ggml_build_forward_expand(
            steps.nodes, ggml_opt_step_adamw(steps.context.get(), p.tensor, gradient, first[i], second[i], p.decays ? decaying : plain));
    }
    finish(steps);
}

device_step::program device_step::begin() const {
    program p;
    const size_t size = nodes_a_parameter * m.parameters.size() + 16;
    p.context.reset(ggml_init({size * ggml_tensor_overhead() + ggml_graph_overhead_custom(size, false), nullptr, true}));
    p.nodes = ggml_new_graph_custom(p.context.get(), size, false);
    return p;
}

void device_step::finish(program & p) const {
    p.memory.reset(ggml_gallocr_new(ggml_backend_get_default_buffer_type(w.device())));
    if (!ggml_gallocr_alloc_graph(p.memory.get(), p.nodes))
        throw bad_input("the GPU has no room for a step of the optimizer, train an adapter (--lora-rank)");
}

void device_step::run(program & p) const {
    if (ggml_backend_graph_compute(w.device(), p.nodes) != GGML_STATUS_SUCCESS)
        throw bad_input("the GPU could not compute a step of the optimizer, leave --n-gpu-layers out to train on the CPU");
}

double device_step::norm() {
    run(norms);
    double total = 0;
    for (const ggml_tensor * t : squares) {
        float value = 0;
        ggml_backend_tensor_get(t, &value, 0, sizeof(value));
        total += value;
    }
    return std::sqrt(total);
}

void device_step::step(adamw_numbers numbers, float gradient_scale) {
    ggml_backend_tensor_set(decaying, numbers.data(), 0, sizeof(numbers));
    numbers[4] = 0;
    ggml_backend_tensor_set(plain, numbers.data(), 0, sizeof(numbers));
    ggml_backend_tensor_set(scale, &gradient_scale, 0, sizeof(gradient_scale));
    run(steps);
}

void device_step::read(size_t parameter, std::vector<float> & one, std::vector<float> & two) const {
    ggml_backend_tensor_get(first[parameter], one.data(), 0, ggml_nbytes(first[parameter]));
    ggml_backend_tensor_get(second[parameter], two.data(), 0, ggml_nbytes(second[parameter]));
}

void device_step::write(size_t parameter, const std::vector<float> & one, const std::vector<float> & two) {
    ggml_backend_tensor_set(first[parameter], one.data(), 0, ggml_nbytes(first[parameter]));
    ggml_backend_tensor_set(second[parameter], two.data(), 0, ggml_nbytes(second[parameter]));
}

} // namespace train
