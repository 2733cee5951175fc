// AdamW where the weights are: on a GPU, weights, gradients and moments stay there, and a step is one graph of ggml's own operation.
#pragma once
#include "../run/worker.h"
#include <array>

namespace train {

// The numbers of a step, in the order of ggml_opt_step_adamw: rate, both decays, epsilon, weight decay, corrections of both moments.
using adamw_numbers = std::array<float, 7>;

class device_step {
  public:
    // The moments begin at zero. Throws bad_input where the device has no room for them.
    device_step(const model & m, worker & w);

    double norm(); // of the gradients, over all of them
    void step(adamw_numbers numbers, float gradient_scale);

    // Moments of a parameter, to the host and from it; the weights' copies on the host are those of the model.
    void read(size_t parameter, std::vector<float> & first, std::vector<float> & second) const;
    void write(size_t parameter, const std::vector<float> & first, const std::vector<float> & second);

  private:
    struct allocator_deleter {
        void operator()(ggml_gallocr * p) const { ggml_gallocr_free(p); }
    };
    struct program {
        ggml_context_ptr context;
        ggml_cgraph * nodes = nullptr;
        std::unique_ptr<ggml_gallocr, allocator_deleter> memory;
    };
    program begin() const;
    void finish(program & p) const;
    void run(program & p) const;

    const model & m;
    worker & w;
    ggml_context_ptr context;
    ggml_backend_buffer_ptr buffer;
    std::vector<ggml_tensor *> first, second;
    ggml_tensor *decaying, *plain, *scale; // the numbers with and without weight decay, and the factor that clips
    program norms, steps;
    std::vector<ggml_tensor *> squares;
};

} // namespace train
