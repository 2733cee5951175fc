#include "session.h"
#include "../adapters/lora.h"
#include "../checks/parity.h"
#include "../checks/switch-off.h"
#include "bad-input.h"
#include "device-memory.h"
#include <algorithm>
#include <cstdio>
#include <thread>

namespace train {

constexpr int64_t fewest_tokens = 256,
                  most_tokens = 1024;   // of a micro-batch: enough for full speed of the matrix products, few enough for the caches
constexpr int64_t default_memory = 512; // MiB of activations on the CPU
constexpr int64_t logits_part = 12;     // of the memory for activations, one part is for the logits of a chunk of rows

std::vector<const example *> pointers(const std::vector<example> & examples) {
    std::vector<const example *> all;
    for (const example & e : examples)
        all.push_back(&e);
    return all;
}

double total_loss(const std::vector<batch> & batches, const loss & objective) {
    double sum = 0;
    for (const batch & b : batches)
        sum += objective.value(b);
    return sum;
}

static int64_t longest_in(const std::vector<example> & examples) {
    int64_t n = 1;
    for (const example & e : examples)
        for (const auto * all : {&e.sequences, &e.teacher_reads})
            for (const sequence & s : *all)
                n = std::max(n, s.inputs());
    return n;
}

// Bytes that the backward pass keeps of one token
static int64_t bytes_per_token(const hyperparameters & h) {
    const int64_t attention = (2 * h.heads + 2 * h.kv_heads) * h.head_size,
                  feed_forward = h.experts > 0 ? h.experts_used * (3 * h.expert_feed_forward + 2 * h.embedding) + 3 * h.shared_feed_forward
                                               : 3 * h.feed_forward;
    const int64_t block = 4 * h.embedding + attention + feed_forward;
    return (h.layers * block + 4 * h.embedding) * (int64_t) sizeof(float);
}

std::unique_ptr<batch_runner> make_runner(const model & m, const rope_tables & rope, const options & o, int64_t longest,
                                          const place & where) {
    const int cores = std::max(1, (int) std::thread::hardware_concurrency());
    const int workers = where.gpu ? 1 : o.workers ? o.workers : std::min(cores, o.batch);
    worker_options each;
    each.place = where;
    each.threads = o.threads ? o.threads : std::max(1, o.workers ? 1 : cores / workers);
    if (where.gpu) {
        const device_plan plan = plan_on_device(m, longest, where.gpu, o.memory_share, (int64_t) o.activation_memory << 20);
        each.chunk = plan.chunk;
        each.checkpoint = plan.checkpoint;
        each.room = plan.bytes + plan.spare;
        auto runner = std::make_unique<batch_runner>(m, rope, workers, each, plan.tokens, o.micro_batch);
        runner->planned = plan.bytes;
        return runner;
    }
    const int64_t budget = ((int64_t) (o.activation_memory > 0 ? o.activation_memory : default_memory) << 20) / workers;
    each.chunk = std::max<int64_t>(16, budget / logits_part / (m.hyper.vocabulary * (int64_t) sizeof(float)));
    each.checkpoint = std::max(longest, fewest_tokens) * bytes_per_token(m.hyper) > budget;
    const int64_t tokens =
        each.checkpoint ? most_tokens : std::min(most_tokens, std::max(fewest_tokens, budget / 2 / bytes_per_token(m.hyper)));
    return std::make_unique<batch_runner>(m, rope, workers, each, tokens, o.micro_batch);
}

static loaded_model load_vocabulary(const std::string & path) {
    model_options wanted;
    wanted.path = path;
    wanted.vocab_only = true;
    return load_model(wanted);
}

// All weights are trained in F32 and written in the base's types: where those are coarse, the file would not be what was trained
static void check_types(const model & m) {
    for (const weights_file::tensor & t : m.file->tensors)
        if (t.ne[1] > 1 && t.type != GGML_TYPE_F32 && t.type != GGML_TYPE_F16 && t.type != GGML_TYPE_BF16 && t.type != GGML_TYPE_Q8_0)
            throw bad_input(m.path + ": " + t.name + " is " + ggml_type_name(t.type) +
                            ", which would round away what is trained: name a type for the result (--type Q8_0, F16, ...), or train an "
                            "adapter (--lora-rank)");
}

// Before the weights are read: what a device has no room for
static void check_room(const options & o, const place & where) {
    if (where.gpu)
        check_room_for_weights(weights_file(o.model), o.lora_rank == 0 && o.lora_init.empty(), where.gpu);
}

session::session(const options & o) :
    target(make_objective(o)), vocabulary((check_supported(o.model), load_vocabulary(o.model))), tokens(vocabulary.model.get(), o.date),
    place(choose_place(o)),
    net((check_room(o, place), read_model(o.model, o.lora_rank == 0 && o.lora_init.empty(), place.buffers(), o.serving_context))) {
    if ((o.dora || (o.lora_rank == 0 && o.lora_init.empty())) && o.type.empty())
        check_types(*net);
    if (!o.lora_init.empty())
        read_lora(*net, o.lora_init, o.lora_rank, o.lora_alpha, o.lora_targets, o.rank_stabilized);
    else if (o.lora_rank > 0)
        add_lora(*net, o.lora_rank, o.lora_alpha, o.lora_targets, (uint64_t) o.seed, o.rank_stabilized, o.dora);
    data = read_dataset(o.data, *target, tokens, net->hyper.context, o.strict);
    if (!o.val.empty())
        val = read_dataset(o.val, *target, tokens, net->hyper.context, o.strict);
    if (data.skipped > 0)
        fprintf(stderr, "llama-train: %lld rows are skipped; the first: %s\n", (long long) data.skipped, data.first_skip.c_str());
    if (!o.parity.empty())
        parity = read_parity(o.parity, tokens, net->hyper.context);
    longest = std::max({longest_in(data.examples), longest_in(val.examples), longest_in(parity)});
    if (!o.without.empty())
        switch_off(*net, o.without);
    fill_rope_tables(*net, longest, rope);
    runner = make_runner(*net, rope, o, longest, place);
}

} // namespace train
