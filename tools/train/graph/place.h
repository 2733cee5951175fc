// Where a run computes.
#pragma once
#include "../run/options.h"
#include "ggml-backend.h"

namespace train {

struct place {
    ggml_backend_dev_t gpu = nullptr; // null: the CPU
    bool plain = false;               // ggml's own operations (always on a GPU) instead of the fused ones
    ggml_backend_buffer_type_t buffers() const { return gpu ? ggml_backend_dev_buffer_type(gpu) : ggml_backend_cpu_buffer_type(); }
};

// Throws bad_input when --n-gpu-layers asks for a GPU that is not there. Call it after the backends are loaded.
place choose_place(const options & o);

} // namespace train
