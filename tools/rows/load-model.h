// Loads a GGUF and LoRA adapters quietly; what llama.cpp logs as an error becomes the one-line message.
#pragma once

#include "llama-cpp.h"

#include <string>
#include <vector>

class arguments;

struct model_options {
    std::string path;
    std::vector<std::string> loras;
    float lora_scale = 1.0f;
    int32_t gpu_layers = 0;
    std::string tensor_split; // parts of the model for each GPU, such as 3,1
    bool vocab_only = false;
    bool verbose = false; // pass llama.cpp's log through to stderr
};

struct loaded_model {
    llama_model_ptr model;
    std::vector<llama_adapter_lora *> loras; // freed with the model
    float lora_scale = 1.0f;
    int32_t gpu_layers = 0;
};

// Throws bad_input: a missing, truncated or foreign file, an adapter made for another model.
loaded_model load_model(const model_options & options);

// The flags that name a model and what is laid over it, the same in every tool.
void add_model_flags(arguments & args, model_options & options);

// Puts the adapters on the context, each at the scale asked for, times its own alpha / rank.
void apply_loras(const loaded_model & loaded, llama_context * context);

// The last error line that llama.cpp logged since the last call, without its function prefix and line break; "" if none.
std::string last_llama_error();
