// A ggml graph under construction: its context, its nodes in the order they were emitted, and the records its custom nodes refer to.
#pragma once
#include "../families/model.h"
#include "attention.h"
#include "ggml-backend.h"
#include <deque>
#include <functional>

namespace train {

struct batch;

struct graph {
    // What a custom node needs besides its sources.
    struct record {
        const graph * in = nullptr;
        float scale = 1.0f;        // a factor, or the epsilon of a norm
        bool onto = false;         // in place: source 0 is the target
        int start = -1, bias = -1; // which source, if any; of a slice, the first row; of a mixture, the experts of a token
        layer_attention how;       // of attention
    };

    const hyperparameters & hyper;
    const rope_tables & rope;
    const batch & rows;
    ggml_context_ptr context;
    ggml_cgraph * nodes;
    std::deque<record> records; // a deque: the nodes keep pointers into it

    graph(const hyperparameters & hyper, const rope_tables & rope, const batch & rows, size_t size);

    ggml_tensor * emit(ggml_tensor * t); // appends t to the graph
    // A matrix of I32 or F32 values that a batch decides: values(batch) gives them. They are written once the graph has memory: fill() does
    // that, before each computation, with that of `rows` or another batch of the same shape.
    template <class values_of>
    ggml_tensor * constant(ggml_type type, int64_t ne0, int64_t ne1, const char * name, values_of values) {
        ggml_tensor * t = input(type, ne0, ne1, name);
        constants.emplace_back(t, [t, values](const batch & of) {
            const auto & all = values(of);
            GGML_ASSERT(all.size() * sizeof(all[0]) == ggml_nbytes(t));
            ggml_backend_tensor_set(t, all.data(), 0, ggml_nbytes(t));
        });
        return t;
    }
    void fill(const batch & of) const;
    ggml_tensor * zeros(int64_t ne0, int64_t ne1); // filled as a node of the graph, on the CPU

  private:
    ggml_tensor * input(ggml_type type, int64_t ne0, int64_t ne1, const char * name);
    std::vector<std::pair<ggml_tensor *, std::function<void(const batch &)>>> constants;
};

} // namespace train
