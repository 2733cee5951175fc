#include "small-model.h"

#include "kernels-backend.h"

static const uint64_t small_model_parameters = 50000000;

bool is_small(const loaded_model & loaded) {
    return llama_model_n_params(loaded.model.get()) <= small_model_parameters;
}

bool use_own_kernels(const loaded_model & loaded, llama_context_params & params) {
    const bool own = loaded.gpu_layers == 0 && is_small(loaded);
    if (own) {
        register_own_kernels();
        params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED; // left to libllama, a backend of ours would turn it off
    }
    return own;
}
