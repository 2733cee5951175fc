#include "reload.h"
#include "bad-input.h"
#include "load-model.h"

namespace train {

void reload(const std::string & model, const std::string & adapter) {
    llama_model_params params = llama_model_default_params(); // the file is mapped: no second copy of the weights is made
    ggml_backend_dev_t none[] = {nullptr};
    params.n_gpu_layers = 0;
    params.devices = none;
    params.use_extra_bufts = false;
    const llama_model_ptr loaded(llama_model_load_from_file(model.c_str(), params));
    // the adapter is freed with its model
    if (!loaded || (!adapter.empty() && !llama_adapter_lora_init(loaded.get(), adapter.c_str())))
        throw bad_input((adapter.empty() ? model : adapter) + ": what was written does not load again (" + last_llama_error() +
                        "), so it is not kept");
}

} // namespace train
