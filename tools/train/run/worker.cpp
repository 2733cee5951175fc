#include "worker.h"
#include "../graph/fused-operations.h"
#include "../graph/plain-operations.h"
#include "bad-input.h"
#include "device-memory.h"
#include <algorithm>

namespace train {

constexpr size_t graph_limit = 65536; // nodes the scheduler has room for

static void set_threads(ggml_backend_t cpu, int threads) {
    auto * registry = ggml_backend_dev_backend_reg(ggml_backend_get_device(cpu));
    auto * set = (ggml_backend_set_n_threads_t) ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads");
    if (set)
        set(cpu, threads);
}

worker::worker(const model & m, const rope_tables & rope, const worker_options & options) : m(m), rope(rope), options(options) {
    cpu.reset(ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr));
    if (!cpu)
        throw bad_input("no CPU backend of ggml was found beside the program, build the tools again");
    set_threads(cpu.get(), options.threads);
    if (!options.place.plain) {
        allocator.reset(ggml_gallocr_new(ggml_backend_get_default_buffer_type(cpu.get())));
        return;
    }
    if (options.place.gpu) {
        gpu.reset(ggml_backend_dev_init(options.place.gpu, nullptr));
        if (!gpu)
            throw bad_input("the GPU cannot be used, leave --n-gpu-layers out to train on the CPU");
    }
    start_scheduler();
    if (gpu)
        graphs = std::make_unique<device_graphs>(m, rope, std::vector<ggml_backend_t>{gpu.get(), cpu.get()}, options.room);
}

void worker::start_scheduler() {
    std::vector<ggml_backend_t> backends = {cpu.get()};
    if (gpu)
        backends.insert(backends.begin(), gpu.get());
    scheduler.reset(ggml_backend_sched_new(backends.data(), nullptr, (int) backends.size(), graph_limit, false, true));
}

void worker::shrink() {
    options.chunk = std::max<int64_t>(1, options.chunk / 2);
    options.checkpoint = true;
    if (scheduler)
        start_scheduler(); // what the larger graph took is given back
    if (graphs)
        graphs->clear();
}

int64_t worker::graph_memory() const {
    return gpu ? std::max(graphs->memory(), (int64_t) ggml_backend_sched_get_buffer_size(scheduler.get(), gpu.get())) : 0;
}

void worker::clear_gradients() {
    fetched.clear();
    if (m.parameters.empty())
        return;
    if (leaves.empty()) {
        gradient_context.reset(ggml_init({(m.parameters.size() + 1) * ggml_tensor_overhead(), nullptr, true}));
        for (const parameter & p : m.parameters) {
            leaves.push_back(ggml_dup_tensor(gradient_context.get(), p.tensor));
            ggml_set_name(leaves.back(), "gradient");
        }
        gradient_buffer.reset(ggml_backend_alloc_ctx_tensors(gradient_context.get(), gpu ? gpu.get() : cpu.get()));
        if (!gradient_buffer)
            throw bad_input("not enough memory for the gradients, use fewer --workers or --lora-rank");
    }
    ggml_backend_buffer_clear(gradient_buffer.get(), 0);
}

float * worker::gradient(size_t parameter) {
    ggml_tensor * t = leaves[parameter];
    if (!gpu)
        return (float *) t->data;
    fetched.resize(leaves.size());
    std::vector<float> & copy = fetched[parameter];
    if (copy.empty()) {
        copy.resize(ggml_nelements(t));
        ggml_backend_tensor_get(t, copy.data(), 0, ggml_nbytes(t));
    }
    return copy.data();
}

void worker::run(graph & g) {
    if (scheduler)
        ggml_backend_sched_reset(scheduler.get());
    const bool placed =
        scheduler ? ggml_backend_sched_alloc_graph(scheduler.get(), g.nodes) : ggml_gallocr_alloc_graph(allocator.get(), g.nodes);
    if (!placed && gpu)
        throw out_of_device_memory("the GPU has no room for a micro-batch of " + std::to_string(g.rows.tokens.size()) + " tokens (" +
                                   gibibytes(free_memory(options.place.gpu)) +
                                   " are free), use a lower --micro-batch, shorter rows or a lower --lora-rank");
    if (!placed)
        throw bad_input("not enough memory for one micro-batch, use a smaller --micro-batch");
    g.fill(g.rows);
    const ggml_status status =
        scheduler ? ggml_backend_sched_graph_compute(scheduler.get(), g.nodes) : ggml_backend_graph_compute(cpu.get(), g.nodes);
    if (status != GGML_STATUS_SUCCESS && gpu)
        throw bad_input("the GPU stopped computing (its driver may have reset it): start again with --resume, which goes on from the last "
                        "checkpoint, or leave --n-gpu-layers out to train on the CPU");
    if (status != GGML_STATUS_SUCCESS)
        throw bad_input("ggml could not compute the graph");
}

void worker::compute_on_device(batch & rows, const loss * objective) {
    if (objective && !objective->known())
        compute_on_device(rows, nullptr); // its coefficients follow from the log-probabilities
    rows.coefficients.assign(objective ? rows.targets.size() : 0, 0.0f);
    if (objective)
        objective->coefficients(rows, 0, (int64_t) rows.targets.size(), rows.coefficients.data());
    graphs->compute(rows, {options.chunk, options.checkpoint}, leaves_for(objective));
}

gradient_of worker::leaves_for(const loss * objective) const {
    return [this, objective](const ggml_tensor * t) -> ggml_tensor * {
        const auto at = m.parameter_index.find(t);
        return !objective || at == m.parameter_index.end() ? nullptr : leaves[at->second];
    };
}

void worker::compute(batch & rows, const loss * objective, std::vector<float> * logits) {
    if (gpu && device_head_serves(rows, logits))
        return compute_on_device(rows, objective);
    const int64_t chunks = ((int64_t) rows.targets.size() + options.chunk - 1) / options.chunk;
    graph g(m.hyper, rope, rows, (size_t) (512 + 512 * m.hyper.layers + 32 * chunks));
    const std::unique_ptr<operations> ops = options.place.plain ? plain_operations(g, m) : fused_operations(g);
    const gradient_of leaf = leaves_for(objective);
    const int64_t tokens = (int64_t) rows.tokens.size(), targets = (int64_t) rows.positions.size();
    ggml_tensor * ids = g.constant(GGML_TYPE_I32, tokens, 1, "tokens", [](const batch & b) -> const auto & { return b.tokens; });
    ggml_tensor * positions = g.constant(GGML_TYPE_I32, targets, 1, "positions", [](const batch & b) -> const auto & { return b.positions; });
    if (logits)
        logits->resize(rows.targets.size() * m.hyper.vocabulary);
    head_state state{&m.hyper, &rows, objective, logits};
    transformer net(m, g, *ops, leaf, options.checkpoint || !objective);
    ggml_tensor * hidden = net.forward(ids, positions);
    ggml_tensor * back = emit_head(m, g, *ops, net, leaf, hidden, state, options.chunk);
    if (back)
        net.backward(back);
    run(g);
}

void worker::evaluate(batch & rows, std::vector<float> * logits) {
    compute(rows, nullptr, logits);
}

void worker::train(batch & rows, const loss & objective) {
    compute(rows, &objective, nullptr);
}

} // namespace train
