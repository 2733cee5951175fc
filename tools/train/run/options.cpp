#include "options.h"
#include "../save/gguf-file.h"
#include "arguments.h"
#include "bad-input.h"
#include <algorithm>
#include <cstring>

namespace train {

static const char * const about =
    "Trains a GGUF model: all weights, or a LoRA adapter with --lora-rank.\n"
    "  llama-train sft   rows {prompt, completion, weight?} or {messages, weight?, template_args?}; loss on the answer and its end token "
    "only\n"
    "                    or {prompt, completion_ids, forced?: [[first, last), ...], weight?}: ids as sampled win over text, forced ones "
    "are "
    "not learned\n"
    "  llama-train dpo   rows {prompt, chosen, rejected, weight?}; strings or lists of messages, or chosen_ids, rejected_ids\n"
    "  llama-train distill  rows {prompt | messages, completion, teacher_prompt | teacher_logprobs: [[[id, logprob], ...], ...]}; KL to "
    "the "
    "teacher\n"
    "  llama-train simpo|orpo  rows as dpo's; no reference model\n"
    "  llama-train kto   rows as sft's with desirable: true | false\n"
    "  llama-train grpo  rows {prompt | messages, completions: [{text | ids, forced?, logprobs, reward}]}; one group of samples a row\n"
    "Ctrl-C or SIGTERM writes a checkpoint (where --checkpoint-dir is given); --resume goes on bit for bit.";

struct named_method {
    const char * name;
    method is;
    double beta; // default
};
static const named_method methods[] = {{"sft", method::sft, 0.1},        {"dpo", method::dpo, 0.1}, {"simpo", method::simpo, 2.0},
                                       {"orpo", method::orpo, 0.1},      {"kto", method::kto, 0.1}, {"grpo", method::grpo, 0.1},
                                       {"distill", method::distill, 0.1}};

static schedule schedule_by_name(const std::string & name) {
    if (name == "cosine")
        return schedule::cosine;
    if (name == "linear")
        return schedule::linear;
    if (name == "constant")
        return schedule::constant;
    throw bad_input("no schedule \"" + name + "\". Schedules: cosine, linear, constant");
}

static void data_flags(arguments & args, options & o, std::string & turns) {
    args.value("-m, --model", "FILE", o.model, "the base model, GGUF");
    args.value("--data", "FILE", o.data, "training rows, JSONL");
    args.value("--val", "FILE", o.val, "validation rows, JSONL");
    args.output("--out", "FILE", o.out, "what to write: a full GGUF, or the adapter with --lora-rank");
    args.value("--type", "TYPE", o.type, "type of the matrices in a full GGUF (F32, F16, BF16, Q8_0, Q4_K, ...); default: as in the base");
    args.output("--metrics", "FILE", o.metrics, "write metrics as JSONL");
    args.value("--progress", "auto|none", o.progress, "progress bar on stderr");
    args.value("--train-on", "TURNS", turns, "sft: which assistant turns of {messages} are learned: last or all");
    args.value("--prompt-weight", "W", o.prompt_weight, "sft: what a token of the prompt counts, beside 1 for the answer's");
    args.value("--save-every", "N", o.save_every, "also save every N steps, as OUT-step-000100.gguf; 0: only at the end");
    args.value("--optimizer-in", "FILE", o.optimizer_in,
               "start with these moments of AdamW, as --optimizer-out of an earlier run wrote them");
    args.output("--optimizer-out", "FILE", o.optimizer_out, "write AdamW's moments for a later run");
    args.value("--date", "YYYY-MM-DD", o.date, "what chat templates that ask for today's date are told, as in llama-sample");
    args.value("--parity", "FILE", o.parity,
               "rows {prompt, completion_ids, logprobs} as llama-sample --logprobs wrote them with this model: how far the trainer's "
               "log-probabilities are from the sampler's before the first step");
    args.output("--parity-out", "FILE", o.parity_out,
                "the trained model's log-probabilities of these rows, to compare what is served with");
    args.flag("--strict", o.strict, "a row that does not fit is an error; default: it is skipped and counted");
}

static void step_flags(arguments & args, options & o) {
    args.value("--epochs", "N", o.epochs, "times to go through the rows, such as 3 or 0.5");
    args.value("--steps", "N", o.steps, "optimizer steps instead of epochs");
    args.value("--batch", "N", o.batch, "rows of one optimizer step");
    args.value("--micro-batch", "N", o.micro_batch,
               "rows computed at once by a worker; 0: as many as fill 1024 tokens or the memory for activations");
    args.value("--workers", "N", o.workers, "workers that share each batch, each with its own thread and gradients; 0: one a core");
    args.value("-t, --threads", "N", o.threads,
               "threads of each worker; 0: one, or more where a batch has fewer rows than there are cores");
    args.value(
        "--activation-memory", "MIB", o.activation_memory,
        "memory for activations, all workers together; what would need more is computed twice instead of kept; 0: 512 on the CPU, what "
        "is free on a GPU");
    args.value("--memory-share", "S", o.memory_share, "of a GPU's free memory, what activations and logits may take");
    args.value("-ngl, --n-gpu-layers", "N", o.gpu_layers, "above 0: compute on the GPU");
    args.value("--serving-context", "N", o.serving_context,
               "context the model will be served with, which decides between longrope's factors; 0: the model's own");
    args.value("--without", "FEATURE", o.without,
               "leave a feature of the family out, to see that it matters (training is refused then, unless it does not)");
    args.flag("--unchecked", o.unchecked, "do not compare the model with libllama on some rows before the first step");
    args.flag("--plain", o.plain, "use ggml's own operations on the CPU too, as on a GPU: slow, to check them");
    args.value("--seed", "N", o.seed, "seed of the shuffling and of new adapters");
    args.value("--val-every", "N", o.val_every, "validate every N steps; 0: at the end of each epoch");
    args.value("--early-stop", "N", o.early_stop, "stop after N validations without improvement and keep the best weights; 0: never");
    args.value("--checkpoint-dir", "DIR", o.checkpoint_dir, "where checkpoints go");
    args.value("--checkpoint-every", "N", o.checkpoint_every, "steps between checkpoints; 0: only when interrupted");
    args.value("--checkpoint-share", "S", o.checkpoint_share,
               "checkpoints as often as this share of the time allows, such as 0.02; 0: not by time");
    args.flag("--resume", o.resume, "go on from the checkpoint in --checkpoint-dir, where there is one");
}

static void optimizer_flags(arguments & args, optimizer_options & o, int32_t & warmup, std::string & shape) {
    args.value("--lr", "RATE", o.rate, "largest learning rate");
    args.value("--warmup", "N", warmup, "steps of linear rise");
    args.value("--schedule", "NAME", shape, "cosine, linear or constant");
    args.value("--min-lr-ratio", "R", o.min_ratio, "what the schedule falls to, as a part of --lr");
    args.value("--weight-decay", "D", o.weight_decay, "decoupled weight decay, matrices only");
    args.value("--beta1", "B", o.beta1, "AdamW's decay of the first moment");
    args.value("--beta2", "B", o.beta2, "AdamW's decay of the second moment");
    args.value("--clip", "NORM", o.clip, "largest global gradient norm; 0: no clipping");
    args.value("--ema", "D", o.average, "decay of a moving average of the weights, which is validated and saved; 0: none");
}

static void lora_flags(arguments & args, options & o) {
    args.value("--lora-rank", "R", o.lora_rank, "train a LoRA adapter of this rank; 0: all weights");
    args.value("--lora-alpha", "A", o.lora_alpha, "its alpha (scale = alpha / rank); 0: twice the rank");
    args.flag("--lora-rank-stabilized", o.rank_stabilized, "scale = alpha / sqrt(rank) (rsLoRA); written as the alpha that gives this");
    args.flag(
        "--dora", o.dora,
        "DoRA: the adapter's direction and a trained magnitude of every output; llama.cpp's adapters have none, so the result is a whole "
        "model, merged, in the base's types or --type");
    args.value("--lora-targets", "LIST", o.lora_targets,
               "which matrices get one: all (of the layers), or a list such as attn_q,attn_v:4, where 4 is a rank of its own; "
               "all,token_embd,output: embedding and head too");
    args.value("--lora-init", "FILE", o.lora_init, "go on with this adapter; --lora-rank and --lora-alpha, where given, must be its own");
}

static void preference_flags(arguments & args, options & o) {
    args.value("--beta", "B", o.beta,
               "dpo, kto: how strongly the model is held to the reference (0: 0.1); simpo: the scale of the margin (2); orpo: of the odds "
               "ratio (0.1)");
    args.value("--margin", "M", o.margin, "simpo: what the chosen answer must be better by");
    args.value("--desirable-weight", "W", o.desirable_weight, "kto: of rows that are wanted");
    args.value("--undesirable-weight", "W", o.undesirable_weight, "kto: of rows that are not");
    args.value("--label-smoothing", "E", o.label_smoothing, "dpo: part of the labels taken to be wrong (conservative DPO)");
    args.value("--nll-weight", "W", o.nll_weight,
               "dpo: weight of the chosen answer's cross-entropy per token; distill: of the completion's");
    args.value("--ref-model", "FILE", o.ref_model, "dpo, grpo: the reference, distill: the teacher; default: the model before training");
    args.value("--teacher-top", "K", o.teacher_top, "distill: tokens kept of each of the teacher's distributions; the rest is one bucket");
    args.value("--clip-ratio", "E", o.clip_ratio, "grpo: how far the probability ratio may move");
    args.value("--kl", "B", o.kl, "grpo: weight of the KL divergence from the reference");
    args.value("--inner-epochs", "N", o.inner_epochs, "grpo: optimizer steps on each batch");
}

static void check(const options & o) {
    const auto must = [](bool good, const char * what) {
        if (!good)
            throw bad_input(what);
    };
    must(o.steps >= 0 && o.epochs > 0, "--epochs must be above 0 and --steps at least 0");
    must(o.epochs <= 1e6, "--epochs must be at most 1000000");
    must(o.batch >= 1 && o.batch <= 1 << 20, "--batch must be from 1 to 1048576");
    must(o.workers <= 1024 && o.threads <= 1024, "--workers and --threads must be at most 1024");
    must(o.optimizer.clip >= 0, "--clip must not be negative");
    must(o.optimizer.weight_decay >= 0, "--weight-decay must not be negative");
    must(o.val_every >= 0 && o.early_stop >= 0, "--val-every and --early-stop must not be negative");
    must(o.checkpoint_every >= 0, "--checkpoint-every must not be negative");
    must(o.seed >= 0, "--seed must not be negative");
    must(o.serving_context >= 0, "--serving-context must not be negative");
    must(o.memory_share > 0 && o.memory_share <= 1, "--memory-share lies between 0 and 1, such as 0.85");
    must(o.activation_memory <= 1 << 24, "--activation-memory must be at most 16777216");
    must(o.micro_batch >= 0 && o.workers >= 0 && o.threads >= 0, "--micro-batch, --workers and --threads must not be negative");
    must(o.activation_memory >= 0, "--activation-memory must not be negative");
    must(o.optimizer.rate > 0, "--lr must be above 0");
    must(o.optimizer.warmup >= 0 && o.optimizer.min_ratio >= 0 && o.optimizer.min_ratio <= 1,
         "--warmup must not be negative, --min-lr-ratio lies between 0 and 1");
    must(o.optimizer.average >= 0 && o.optimizer.average < 1, "--ema lies between 0 and 1, such as 0.999");
    must(o.optimizer.beta1 >= 0 && o.optimizer.beta1 < 1 && o.optimizer.beta2 >= 0 && o.optimizer.beta2 < 1,
         "--beta1 and --beta2 lie between 0 and 1");
    must(o.lora_rank >= 0 && o.lora_alpha >= 0, "--lora-rank and --lora-alpha must not be negative");
    must(!o.dora || (o.lora_rank > 0 && o.lora_init.empty()), "--dora needs --lora-rank, and no --lora-init: its result is no adapter");
    must(o.type.empty() || o.dora || (o.lora_rank == 0 && o.lora_init.empty()), "--type is for full models, an adapter is always F32");
    must(!o.resume || !o.checkpoint_dir.empty(), "--resume needs --checkpoint-dir");
    must(o.prompt_weight >= 0 && o.save_every >= 0 && o.teacher_top >= 1,
         "--prompt-weight and --save-every must not be negative, --teacher-top at least 1");
    must(o.checkpoint_every == 0 || !o.checkpoint_dir.empty(), "--checkpoint-every needs --checkpoint-dir");
    must(o.parity_out.empty() || !o.parity.empty(), "--parity-out needs --parity");
    must(o.checkpoint_share >= 0 && o.checkpoint_share <= 1 && (o.checkpoint_share == 0 || !o.checkpoint_dir.empty()),
         "--checkpoint-share lies between 0 and 1 and needs --checkpoint-dir");
    must(o.early_stop == 0 || !o.val.empty(), "--early-stop needs --val");
    must(o.desirable_weight >= 0 && o.undesirable_weight >= 0 && o.margin >= 0, "--margin and the weights of kto must not be negative");
    must(o.lora_rank > 0 || !o.lora_init.empty() || o.lora_targets == "all", "--lora-targets needs --lora-rank");
    must(!o.rank_stabilized || o.lora_rank > 0, "--lora-rank-stabilized needs --lora-rank");
    must(!o.rank_stabilized || o.lora_targets.find(':') == std::string::npos, "--lora-rank-stabilized needs one rank for all targets");
    must(o.beta > 0 && o.label_smoothing >= 0 && o.label_smoothing < 0.5 && o.nll_weight >= 0,
         "--beta must be above 0, --label-smoothing in [0, 0.5), --nll-weight not negative");
    must(o.clip_ratio > 0 && o.kl >= 0 && o.inner_epochs >= 1,
         "--clip-ratio must be above 0, --kl not negative, --inner-epochs at least 1");
    if (!o.type.empty())
        type_by_name(o.type);
}

options parse_options(int argc, char ** argv) {
    options o;
    int32_t warmup = 0;
    std::string shape = "cosine", turns = "last";
    arguments args("llama-train", "sft -m base.gguf --data train.jsonl --val val.jsonl --lora-rank 8 --out adapter.gguf", about);
    data_flags(args, o, turns);
    step_flags(args, o);
    optimizer_flags(args, o.optimizer, warmup, shape);
    lora_flags(args, o);
    preference_flags(args, o);

    const std::string name = argc > 1 ? argv[1] : "";
    bool found = name[0] == '-'; // llama-train --help
    std::string known;
    for (const auto & m : methods) {
        known += (known.empty() ? "" : ", ") + std::string(m.name);
        if (name != m.name)
            continue;
        o.method = m.is;
        found = true;
    }
    if (!found)
        throw bad_input((name.empty() ? "no method" : "no method \"" + name + "\"") + ". Methods: " + known +
                        ", as in: llama-train sft --help");
    const int skip = name[0] == '-' ? 0 : 1; // llama-train --help
    args.parse(argc - skip, argv + skip);
    if (!skip)
        throw bad_input("the method comes first, as in: llama-train sft ...");
    for (const auto & required : {std::make_pair("-m", &o.model), std::make_pair("--data", &o.data), std::make_pair("--out", &o.out)})
        args.require(required.first, *required.second);
    if (turns != "last" && turns != "all")
        throw bad_input("no turns \"" + turns + "\" for --train-on. Choices: last, all");
    o.all_turns = turns == "all";
    for (const auto & m : methods)
        if (m.is == o.method && o.beta == 0)
            o.beta = m.beta;
    o.optimizer.warmup = warmup;
    o.optimizer.shape = schedule_by_name(shape);
    check(o);
    return o;
}

} // namespace train
