#include "device-graphs.h"
#include "../graph/plain-operations.h"
#include "../graph/transformer.h"
#include "bad-input.h"
#include "device-memory.h"
#include <algorithm>

namespace train {

constexpr size_t most_kept = 64; // their records lie on the host, some MiB each

device_graphs::device_graphs(const model & m, const rope_tables & rope, std::vector<ggml_backend_t> backends, int64_t room) :
    m(m), rope(rope), backends(std::move(backends)), room(room) {}

void device_graphs::clear() {
    all.clear();
}

device_graphs::kept & device_graphs::find(const shape & of, const batch & rows, const how & how, const gradient_of & leaf) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const kept & k) { return k.of == of; });
    if (known != all.end()) {
        all.splice(all.begin(), all, known);
        return all.front();
    }
    while (!all.empty() && (all.size() >= most_kept || free_memory(ggml_backend_get_device(backends[0])) < room))
        all.pop_back();
    const int64_t chunks = (of.targets + how.chunk - 1) / how.chunk;
    all.push_front({of, graph(m.hyper, rope, rows, (size_t) (512 + 512 * m.hyper.layers + 64 * chunks)), {}, nullptr});
    kept & k = all.front();
    graph & g = k.nodes;
    const std::unique_ptr<operations> ops = plain_operations(g, m);
    ggml_tensor * ids = g.constant(GGML_TYPE_I32, of.tokens, 1, "tokens", [](const batch & b) -> const auto & { return b.tokens; });
    ggml_tensor * positions = g.constant(GGML_TYPE_I32, of.targets, 1, "positions", [n = of.targets](const batch & b) {
        std::vector<int32_t> filled_up = b.positions;
        filled_up.resize(n);
        return filled_up;
    });
    transformer net(m, g, *ops, leaf, how.checkpoint || !of.trains);
    ggml_tensor * hidden = net.forward(ids, positions);
    if (ggml_tensor * back = emit_device_head(m, g, *ops, net, leaf, hidden, of.trains, how.chunk, k.results))
        net.backward(back);
    built++;
    give_memory(k);
    return k;
}

void device_graphs::give_memory(kept & k) {
    const auto placed = [&] {
        const size_t size = 2 * (size_t) ggml_graph_size(k.nodes.nodes); // nodes and leaves
        k.scheduler.reset(ggml_backend_sched_new(backends.data(), nullptr, (int) backends.size(), size, false, true));
        return ggml_backend_sched_alloc_graph(k.scheduler.get(), k.nodes.nodes);
    };
    while (!placed()) {
        if (all.size() > 1) {
            all.pop_back();
            continue;
        }
        const int64_t tokens = k.of.tokens;
        all.clear();
        throw out_of_device_memory("the GPU has no room for a micro-batch of " + std::to_string(tokens) + " tokens (" +
                                   gibibytes(free_memory(ggml_backend_get_device(backends[0]))) +
                                   " are free), use a lower --micro-batch, shorter rows or a lower --lora-rank");
    }
    most_memory = std::max(most_memory, (int64_t) ggml_backend_sched_get_buffer_size(k.scheduler.get(), backends[0]));
}

void device_graphs::compute(batch & rows, const how & how, const gradient_of & leaf) {
    const shape of = {rows.row_length, (int64_t) rows.tokens.size(), rounded((int64_t) rows.targets.size()), rows.shares_rows(),
                      !rows.coefficients.empty()};
    kept & k = find(of, rows, how, leaf);
    k.nodes.fill(rows);
    if (ggml_backend_sched_graph_compute(k.scheduler.get(), k.nodes.nodes) != GGML_STATUS_SUCCESS)
        throw bad_input("the GPU stopped computing (its driver may have reset it): start again with --resume, which goes on from the last "
                        "checkpoint, or leave --n-gpu-layers out to train on the CPU");
    k.results.read(rows);
}

} // namespace train
