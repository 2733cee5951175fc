#include "graph.h"
#include <cstring>

namespace train {

graph::graph(const hyperparameters & hyper, const rope_tables & rope, const batch & rows, size_t size) :
    hyper(hyper), rope(rope), rows(rows) {
    context.reset(ggml_init({size * ggml_tensor_overhead() + ggml_graph_overhead_custom(size, false), nullptr, true}));
    nodes = ggml_new_graph_custom(context.get(), size, false);
}

ggml_tensor * graph::emit(ggml_tensor * t) {
    ggml_build_forward_expand(nodes, t);
    return t;
}

ggml_tensor * graph::input(ggml_type type, int64_t ne0, int64_t ne1, const char * name) {
    ggml_tensor * t = ggml_new_tensor_2d(context.get(), type, ne0, ne1);
    ggml_set_name(t, name);
    ggml_set_input(t);
    ggml_set_output(t); // or the allocator reuses its memory within the graph
    return t;
}

void graph::fill(const batch & of) const {
    for (const auto & [tensor, write] : constants) {
        if (tensor->buffer)
            write(of); // without a buffer: no node reads it
    }
}

ggml_tensor * graph::zeros(int64_t ne0, int64_t ne1) {
    const auto run = [](ggml_tensor * dst, int ith, int, void *) {
        if (ith == 0)
            memset(dst->data, 0, ggml_nbytes(dst));
    };
    return emit(ggml_custom_4d(context.get(), GGML_TYPE_F32, ne0, ne1, 1, 1, nullptr, 0, run, 1, nullptr));
}

} // namespace train
