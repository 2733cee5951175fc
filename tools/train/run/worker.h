// One worker: its own backend, its own gradients, and graphs over the shared weights.
#pragma once
#include "../graph/head.h"
#include "../graph/operations.h"
#include "../graph/place.h"
#include "device-graphs.h"
#include "ggml-alloc.h"
#include <memory>

namespace train {

struct backend_deleter {
    void operator()(ggml_backend_t p) const { ggml_backend_free(p); }
};
struct allocator_deleter {
    void operator()(ggml_gallocr * p) const { ggml_gallocr_free(p); }
};

struct worker_options {
    train::place place;
    int threads = 1;
    int64_t chunk = 256;     // rows of logits at once
    bool checkpoint = false; // recompute activations
    int64_t room = 0;        // bytes of a device to be free where one more graph is kept
};

class worker {
  public:
    worker(const model & m, const rope_tables & rope, const worker_options & options);

    // Fills rows.logp and rows.greedy; logits [targets][vocabulary] where wanted.
    void evaluate(batch & rows, std::vector<float> * logits = nullptr);
    // The same, and adds the gradient of the objective to the gradients.
    void train(batch & rows, const loss & objective);

    void shrink();                // half the logits at once, activations computed twice
    int64_t graph_memory() const; // bytes that the largest graph so far took on the device
    int64_t graphs_built() const { return graphs ? graphs->count_built() : 0; }

    void clear_gradients();
    // Of a parameter, on the host: copied from a GPU when first asked for. From one thread at a time.
    float * gradient(size_t parameter);
    ggml_tensor * leaf(size_t parameter) const { return leaves[parameter]; }
    ggml_backend_t device() const { return gpu.get(); } // null: the CPU

  private:
    void compute(batch & rows, const loss * objective, std::vector<float> * logits);
    void compute_on_device(batch & rows, const loss * objective);
    gradient_of leaves_for(const loss * objective) const; // null: none
    void run(graph & g);
    void start_scheduler();

    const model & m;
    const rope_tables & rope;
    worker_options options;
    std::unique_ptr<ggml_backend, backend_deleter> cpu, gpu;
    std::unique_ptr<ggml_gallocr, allocator_deleter> allocator; // of fused graphs, CPU only
    scheduler_ptr scheduler;                                    // of plain graphs: what the GPU lacks runs on the CPU
    std::unique_ptr<device_graphs> graphs;                      // those whose loss is on the GPU too
    ggml_context_ptr gradient_context;
    ggml_backend_buffer_ptr gradient_buffer;
    std::vector<ggml_tensor *> leaves;
    std::vector<std::vector<float>> fetched;
};

} // namespace train
