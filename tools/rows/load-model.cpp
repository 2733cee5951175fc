#include "load-model.h"

#include "arguments.h"
#include "bad-input.h"
#include "base-identity.h"
#include "chat.h"
#include "check-fit.h"
#include "check-gguf.h"
#include "guarded.h"
#include "log.h"
#include "run-tool.h"
#include "watch-template.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include <unistd.h>

static std::string last_error;
static bool pass_through = false;

static void keep_errors(ggml_log_level level, const char * text, void *) {
    if (pass_through) {
        std::fputs(text, stderr);
    }
    if (level == GGML_LOG_LEVEL_ERROR) {
        last_error = text;
    }
}

std::string last_llama_error() {
    std::string text;
    text.swap(last_error);
    text.erase(text.find_last_not_of(" \n\r") + 1);
    const size_t prefix = text.find(": ");
    if (prefix != std::string::npos && text.find(' ') > prefix) {
        text.erase(0, prefix + 2); // "llama_model_load: error loading model: ..." keeps what follows the function's name
    }
    return text;
}

static std::string because(const std::string & hint) {
    const std::string error = last_llama_error();
    return (error.empty() ? "" : ": " + error) + ", " + hint;
}

void add_model_flags(arguments & args, model_options & options) {
    args.value("-m, --model", "FILE", options.path, "the model, GGUF; of a split one, the first file");
    args.value("--lora", "FILE", options.loras, "a LoRA adapter, GGUF; may be repeated");
    args.value("--lora-scale", "X", options.lora_scale, "strength of the adapters");
    args.value("-ngl, --n-gpu-layers", "N", options.gpu_layers, "layers on the GPU, which must be there; -1: all, or the CPU where there is none");
    args.value("--tensor-split", "LIST", options.tensor_split,
               "what part of the layers each of several GPUs takes, such as 3,1; default: by their free memory");
    args.flag("-v, --verbose", options.verbose, "show llama.cpp's log");
}

// Else the first row that is rendered would say it, without the file's name
static void check_template(const llama_model * model, const std::string & path) {
    watch_template::name(tool_name(), path);
    const watch_template watch;
    try {
        common_chat_templates_free(common_chat_templates_init(model, "").release());
    } catch (const std::exception &) {
        throw bad_input(path + ": its chat template is no Jinja that llama.cpp can read, mend the key tokenizer.chat_template");
    }
}

// One part for each device that libllama may have
static std::vector<float> read_split(const std::string & list) {
    std::vector<float> parts;
    std::stringstream stream(list);
    for (std::string part; std::getline(stream, part, ',');) {
        char * end = nullptr;
        parts.push_back(std::strtof(part.c_str(), &end));
        if (part.empty() || *end != '\0' || !(parts.back() >= 0)) {
            throw bad_input("--tensor-split is \"" + list + "\": name a part for each GPU, such as 3,1");
        }
    }
    if (parts.size() > llama_max_devices() || std::all_of(parts.begin(), parts.end(), [](float part) { return part == 0; })) {
        throw bad_input("--tensor-split is \"" + list + "\": at least one part must be above 0, and there are at most " +
                        std::to_string(llama_max_devices()));
    }
    parts.resize(llama_max_devices(), 0.0f);
    return parts;
}

loaded_model load_model(const model_options & options) {
    pass_through = options.verbose;
    llama_log_set(keep_errors, nullptr);
    common_log_set_verbosity_thold(options.verbose ? LOG_LEVEL_INFO : LOG_LEVEL_OUTPUT - 1);
    const gguf_summary header = check_gguf(options.path, "model");
    if (!options.vocab_only) {
        refuse_encoder(header, options.path);
        check_layers(options.path);
    }
    for (const std::string & path : options.loras) {
        check_gguf(path, "LoRA adapter");
        check_experts(path, options.path);
        check_base(path, options.path);
    }

    const guarded guard(options.path, tool_name());
    llama_backend_init();
    ggml_backend_load_all();
    if (ggml_backend_dev_count() == 0) {
        throw bad_input("no compute backend found beside the executable, run: npx nx run tools:build");
    }
    // libllama would compute on the CPU without a word
    if (options.gpu_layers > 0 && !ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_GPU) &&
        !ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_IGPU)) {
        throw bad_input("no GPU was found, leave --n-gpu-layers out to compute on the CPU");
    }
    llama_model_params params = llama_model_default_params();
    params.n_gpu_layers = options.gpu_layers;
    params.vocab_only = options.vocab_only;

    std::vector<float> split; // libllama keeps the pointer while it loads
    if (!options.tensor_split.empty()) {
        split = read_split(options.tensor_split);
        params.tensor_split = split.data();
    }

    // With no layer on the GPU keep it out altogether: else it still takes large matrix products, slow for small models.
    ggml_backend_dev_t none[] = {nullptr};
    if (options.gpu_layers == 0) {
        params.devices = none;
    }

    loaded_model loaded;
    loaded.lora_scale = options.lora_scale;
    loaded.gpu_layers = options.gpu_layers;
    loaded.model.reset(llama_model_load_from_file(options.path.c_str(), params));
    if (!loaded.model) {
        throw bad_input(options.path + ": cannot load the model" +
                        because(options.gpu_layers == 0 ? "the file may be truncated: fetch or make it again"
                                                        : "the GPU may have no room for it: quantize it further, divide it "
                                                          "over several (--tensor-split) or compute on the CPU (-ngl 0)"));
    }
    check_template(loaded.model.get(), options.path);
    for (const std::string & path : options.loras) {
        llama_adapter_lora * lora = llama_adapter_lora_init(loaded.model.get(), path.c_str());
        if (!lora) {
            throw bad_input(path + ": cannot load the LoRA adapter" + because("it must be made for this model"));
        }
        loaded.loras.push_back(lora);
    }
    return loaded;
}

void apply_loras(const loaded_model & loaded, llama_context * context) {
    std::vector<llama_adapter_lora *> adapters = loaded.loras;
    std::vector<float> scales(adapters.size(), loaded.lora_scale);
    if (!adapters.empty() && llama_set_adapters_lora(context, adapters.data(), adapters.size(), scales.data()) != 0) {
        throw bad_input("the LoRA adapters cannot be applied" + because("check that they belong to this model"));
    }
}
