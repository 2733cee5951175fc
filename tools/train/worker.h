// One worker: a backend with its own threads, its own gradients, and graphs over the shared weights.
#pragma once
#include "head.h"
#include <memory>

namespace train {

struct backend_deleter { void operator()(ggml_backend_t p) const { ggml_backend_free(p); } };

struct worker_options {
    int threads = 1;
    int64_t chunk = 256;           // rows of logits at once
    bool checkpoint = false;       // recompute activations
};

class worker {
  public:
    worker(const model & m, const rope_table & rope, const worker_options & options);
    ~worker();

    // Fills rows.logp and rows.greedy; logits [targets][vocabulary] where wanted.
    void evaluate(batch & rows, std::vector<float> * logits = nullptr);
    // The same, and adds the gradient of the objective to gradients.
    void train(batch & rows, const loss & objective);

    void clear_gradients();
    const std::vector<ggml_tensor *> & gradients() const { return leaves; } // by parameter index
    size_t graph_bytes() const; // memory of the largest graph so far

  private:
    void compute(batch & rows, const loss * objective, std::vector<float> * logits);
    void allocate_gradients();

    const model & m;
    const rope_table & rope;
    worker_options options;
    std::unique_ptr<ggml_backend, backend_deleter> cpu;
    ggml_gallocr * allocator;
    context_ptr gradient_context;
    buffer_ptr gradient_buffer;
    std::vector<ggml_tensor *> leaves;
};

} // namespace train
