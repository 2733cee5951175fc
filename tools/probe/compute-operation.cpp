#include "compute-operation.h"

#include "bad-input.h"
#include "ggml-cpp.h"

#include <random>

// Fills by type: floats from the unit normal, quantized ones by quantizing these, whole numbers as rows or positions.
static void fill(ggml_tensor * t, std::mt19937 & random) {
    const int64_t count = ggml_nelements(t);
    if (t->type == GGML_TYPE_I32) {
        std::vector<int32_t> values(count);
        for (int64_t i = 0; i < count; i++) {
            values[i] = (int32_t) (i * 7 % 31);
        }
        ggml_backend_tensor_set(t, values.data(), 0, ggml_nbytes(t));
        return;
    }
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float & value : values) {
        value = normal(random);
    }
    std::vector<uint8_t> bytes(ggml_nbytes(t));
    ggml_quantize_chunk(t->type, values.data(), bytes.data(), 0, count / t->ne[0], t->ne[0], nullptr);
    ggml_backend_tensor_set(t, t->type == GGML_TYPE_F32 ? (const void *) values.data() : bytes.data(), 0, ggml_nbytes(t));
}

// Second moments are positive, and the seven numbers of a step are those of ggml_opt_step_adamw: rate, decays, epsilon, weight decay,
// corrections.
static void fill_adamw(const std::vector<ggml_tensor *> & in) {
    std::vector<float> moments(ggml_nelements(in[3]));
    ggml_backend_tensor_get(in[3], moments.data(), 0, ggml_nbytes(in[3]));
    for (float & value : moments) {
        value = value * value + 0.01f;
    }
    ggml_backend_tensor_set(in[3], moments.data(), 0, ggml_nbytes(in[3]));
    const float step[7] = {1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, 1.9f, 1.1f};
    ggml_backend_tensor_set(in[4], step, 0, sizeof(step));
}

computed compute_operation(ggml_backend_t backend, const operation & op) {
    computed result;
    ggml_context_ptr context(ggml_init({64 * ggml_tensor_overhead() + ggml_graph_overhead(), nullptr, true}));
    std::vector<ggml_tensor *> inputs;
    ggml_tensor * out = op.build(context.get(), inputs);
    if (!ggml_backend_supports_op(backend, out)) {
        return result;
    }
    result.supported = true;
    ggml_cgraph * graph = ggml_new_graph(context.get());
    ggml_build_forward_expand(graph, out);
    const ggml_backend_buffer_ptr buffer(ggml_backend_alloc_ctx_tensors(context.get(), backend));
    if (!buffer) {
        throw bad_input(op.name + ": no memory on the device");
    }
    std::mt19937 random(1);
    for (ggml_tensor * t : inputs) {
        fill(t, random);
    }
    if (out->op == GGML_OP_OPT_STEP_ADAMW) {
        fill_adamw(inputs);
    }
    if (ggml_backend_graph_compute(backend, graph) != GGML_STATUS_SUCCESS) {
        throw bad_input(op.name + ": could not be computed");
    }
    const ggml_tensor * read = out->op == GGML_OP_OPT_STEP_ADAMW ? inputs[0] : out;
    result.values.resize(ggml_nelements(read));
    ggml_backend_tensor_get(read, result.values.data(), 0, ggml_nbytes(read));
    return result;
}
