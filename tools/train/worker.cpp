#include "worker.h"
#include "bad-input.h"
#include "fused-operations.h"
#include "ggml-alloc.h"

namespace train {

worker::worker(const model & m, const rope_table & rope, const worker_options & options) : m(m), rope(rope), options(options) {
    cpu.reset(ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr));
    if (!cpu) throw bad_input("no CPU backend of ggml was found beside the program, build the tools again");
    auto * registry = ggml_backend_dev_backend_reg(ggml_backend_get_device(cpu.get()));
    auto * set_threads = (ggml_backend_set_n_threads_t) ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads");
    if (set_threads) set_threads(cpu.get(), options.threads);
    allocator = ggml_gallocr_new(ggml_backend_get_default_buffer_type(cpu.get()));
    leaves.assign(m.parameters.size(), nullptr);
}

worker::~worker() { ggml_gallocr_free(allocator); }

size_t worker::graph_bytes() const { return ggml_gallocr_get_buffer_size(allocator, 0); }

void worker::allocate_gradients() {
    if (m.parameters.empty() || leaves[0]) return;
    gradient_context.reset(ggml_init({ (m.parameters.size() + 1) * ggml_tensor_overhead(), nullptr, true }));
    for (size_t i = 0; i < leaves.size(); i++) {
        leaves[i] = ggml_dup_tensor(gradient_context.get(), m.parameters[i].tensor);
        ggml_set_name(leaves[i], "gradient");
    }
    gradient_buffer.reset(ggml_backend_alloc_ctx_tensors(gradient_context.get(), cpu.get()));
    if (!gradient_buffer) throw bad_input("not enough memory for the gradients, use fewer --workers or --lora-rank");
}

void worker::clear_gradients() {
    allocate_gradients();
    if (gradient_buffer) ggml_backend_buffer_clear(gradient_buffer.get(), 0);
}

void worker::compute(batch & rows, const loss * objective, std::vector<float> * logits) {
    const int64_t chunks = ((int64_t) rows.targets.size() + options.chunk - 1) / options.chunk;
    graph g(m.hyper, rope, rows, (size_t) (256 + 256 * m.hyper.layers + 32 * chunks));
    const std::unique_ptr<operations> ops = fused_operations(g);
    const gradient_of leaf = [&](const ggml_tensor * t) -> ggml_tensor * {
        if (!objective) return nullptr;
        const auto at = m.parameter_index.find(t);
        return at == m.parameter_index.end() ? nullptr : leaves[at->second];
    };
    ggml_tensor * ids = g.input((int64_t) rows.tokens.size(), "tokens");
    ggml_tensor * positions = g.input((int64_t) rows.positions.size(), "positions");
    head_state state{ &rows, objective, logits };
    if (logits) logits->resize(rows.targets.size() * m.hyper.vocabulary);
    transformer net(m, g, *ops, leaf, options.checkpoint || !objective);
    ggml_tensor * hidden = net.forward(ids, positions);
    ggml_tensor * back = emit_head(m, g, *ops, net, leaf, hidden, state, options.chunk);
    if (back) net.backward(back);

    if (!ggml_gallocr_alloc_graph(allocator, g.nodes)) throw bad_input("not enough memory for one micro-batch, use a smaller --micro-batch");
    ggml_backend_tensor_set(ids, rows.tokens.data(), 0, ggml_nbytes(ids));
    ggml_backend_tensor_set(positions, rows.positions.data(), 0, ggml_nbytes(positions));
    if (ggml_backend_graph_compute(cpu.get(), g.nodes) != GGML_STATUS_SUCCESS) throw bad_input("ggml could not compute the graph");
}

void worker::evaluate(batch & rows, std::vector<float> * logits) { compute(rows, nullptr, logits); }

void worker::train(batch & rows, const loss & objective) {
    allocate_gradients();
    compute(rows, &objective, nullptr);
}

} // namespace train
