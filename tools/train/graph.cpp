#include "graph.h"

namespace train {

graph::graph(const hyperparameters & hyper, const rope_table & rope, const batch & rows, size_t size) : hyper(hyper), rope(rope), rows(rows) {
    context.reset(ggml_init({ size * ggml_tensor_overhead() + ggml_graph_overhead_custom(size, false), nullptr, true }));
    nodes = ggml_new_graph_custom(context.get(), size, false);
}

ggml_tensor * graph::emit(ggml_tensor * t) {
    ggml_build_forward_expand(nodes, t);
    return t;
}

ggml_tensor * graph::input(int64_t n, const char * name) {
    ggml_tensor * t = ggml_new_tensor_1d(context.get(), GGML_TYPE_I32, n);
    ggml_set_name(t, name);
    ggml_set_input(t);
    ggml_set_output(t); // or the allocator reuses its memory within the graph
    return t;
}

} // namespace train
