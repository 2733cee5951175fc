// Two functions of the CPU backend that llama-export-lora links by name. The CPU backend is a library loaded at run time (one per
// instruction set), so they are reached through the backend registry.

#include "ggml-backend.h"
#include "ggml-cpu.h"

extern "C" ggml_backend_t ggml_backend_cpu_init(void) {
    ggml_backend_load_all();
    return ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr);
}

extern "C" void ggml_backend_cpu_set_n_threads(ggml_backend_t backend, int threads) {
    ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(ggml_backend_get_device(backend));
    const auto set = (ggml_backend_set_n_threads_t) ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads");
    if (set) {
        set(backend, threads);
    }
}
