// The command line of llama-train. Defaults live here and nowhere else.
#pragma once
#include "../optimizer/learning-rate.h"
#include <string>
#include <vector>

namespace train {

enum class method { sft, dpo, simpo, orpo, kto, grpo, distill };

struct options {
    train::method method = method::sft;
    std::string model, data, val, out, metrics, progress = "auto", type;
    std::string checkpoint_dir;
    int32_t checkpoint_every = 0;
    double checkpoint_share = 0;
    std::string without; // of check-logits: a feature of the model to leave out
    std::string optimizer_in, optimizer_out;
    std::string parity, parity_out, date;
    int32_t save_every = 0;
    bool unchecked = false, resume = false, strict = false, plain = false;

    double epochs = 1;
    int32_t steps = 0, batch = 32, micro_batch = 0, workers = 0, threads = 0, seed = 1;
    int32_t val_every = 0, early_stop = 0;
    int32_t gpu_layers = 0, serving_context = 0, activation_memory = 0;
    double memory_share = 0.85;
    optimizer_options optimizer;

    bool all_turns = false;
    double prompt_weight = 0.0;
    int32_t teacher_top = 64;

    int32_t lora_rank = 0;
    double lora_alpha = 0.0;
    bool rank_stabilized = false, dora = false;
    std::string lora_targets = "all", lora_init;

    double beta = 0.0, margin = 0.5, label_smoothing = 0.0, nll_weight = 0.0, desirable_weight = 1.0,
           undesirable_weight = 1.0; // beta 0: its default
    std::string ref_model;
    double clip_ratio = 0.2, kl = 0.0;
    int32_t inner_epochs = 1;
};

// Throws bad_input. argv[1] names the method.
options parse_options(int argc, char ** argv);

} // namespace train
