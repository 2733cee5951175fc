#include "score-batch.h"

#include "../kernels/small-model.h"
#include "bad-input.h"
#include "interrupted.h"
#include "parallel-for.h"
#include "token-likelihood.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

static const size_t logit_bytes = 128u << 20; // most memory for logits at a time

using pack = std::vector<score_row *>;

static llama_context_ptr make_context(const loaded_model & loaded, int32_t cells, int32_t sequences, int32_t batch, int32_t outputs,
                                      int32_t threads) {
    llama_context_params params = llama_context_default_params();
    params.n_ctx = (uint32_t) cells;
    params.n_seq_max = (uint32_t) sequences;
    params.n_batch = (uint32_t) batch;
    params.n_ubatch = (uint32_t) batch;
    params.n_outputs_max = (uint32_t) std::max(outputs, sequences); // llama.cpp reserves one for each sequence
    params.n_threads = threads;
    params.n_threads_batch = threads;
    params.kv_unified = true;
    params.no_perf = true;
    use_own_kernels(loaded, params);
    llama_context_ptr context(llama_init_from_model(loaded.model.get(), params));
    if (!context) {
        const std::string why = last_llama_error();
        throw bad_input("cannot make a context of " + std::to_string(cells) + " tokens" + (why.empty() ? "" : ": " + why) +
                        ", use a shorter context (-c)");
    }
    apply_loras(loaded, context.get());
    return context;
}

// One decode: tokens of the pack's rows and, for those whose successor belongs to a completion, where the result goes.
struct decode_step {
    token_ids tokens;
    std::vector<llama_pos> positions;
    std::vector<int32_t> counts;
    std::vector<llama_seq_id> sequences;
    std::vector<llama_seq_id *> pointers;
    std::vector<int8_t> outputs;
    struct target {
        int32_t index;
        score_row * row;
        size_t token;
    };
    std::vector<target> targets;
};

static void read_likelihoods(llama_context * context, const decode_step & step, int32_t vocabulary, int32_t threads) {
    llama_synchronize(context);
    const bool large = step.targets.size() * (size_t) vocabulary > 1000000; // else starting threads takes longer than the work
    parallel_for(step.targets.size(), large ? threads : 1, [&](size_t i) {
        const auto & t = step.targets[i];
        const token_likelihood result = likelihood_of(llama_get_logits_ith(context, t.index), vocabulary, t.row->tokens[t.token]);
        t.row->logprobs[t.token - t.row->first] = result.logprob;
        t.row->entropies[t.token - t.row->first] = result.entropy;
        t.row->greedy[t.token - t.row->first] = result.greedy;
        t.row->tops[t.token - t.row->first] = result.top;
    });
}

static void score_pack(llama_context * context, const pack & rows, int32_t batch, size_t most_outputs, int32_t vocabulary,
                       int32_t threads) {
    llama_memory_clear(llama_get_memory(context), false);
    decode_step step;
    const auto flush = [&] {
        if (step.tokens.empty()) {
            return;
        }
        for (llama_seq_id & sequence : step.sequences) {
            step.pointers.push_back(&sequence);
        }
        const llama_batch view = {(int32_t) step.tokens.size(), step.tokens.data(), nullptr, step.positions.data(), step.counts.data(),
                                  step.pointers.data(),         step.outputs.data()};
        const int32_t code = llama_decode(context, view);
        if (code != 0) {
            const std::string why = last_llama_error();
            throw bad_input("llama_decode failed with code " + std::to_string(code) + (why.empty() ? "" : ": " + why) +
                            ", use a shorter context (-c)");
        }
        read_likelihoods(context, step, vocabulary, threads);
        step = decode_step();
    };
    for (size_t i = 0; i < rows.size(); i++) {
        score_row & row = *rows[i];
        for (size_t position = 0; position + 1 < row.tokens.size(); position++) { // the last token predicts nothing
            const bool output = position + 1 >= row.first;
            if ((int32_t) step.tokens.size() == batch || (output && step.targets.size() == most_outputs)) {
                flush();
            }
            if (output) {
                step.targets.push_back({(int32_t) step.tokens.size(), &row, position + 1});
            }
            step.tokens.push_back(row.tokens[position]);
            step.positions.push_back((llama_pos) position);
            step.counts.push_back(1);
            step.sequences.push_back((llama_seq_id) i);
            step.outputs.push_back(output);
        }
    }
    flush();
}

// Whole rows in the order of the input, up to the batch's size together; a longer row is a pack of its own.
static std::vector<pack> make_packs(std::vector<score_row> & rows, int32_t context, int32_t slots, int32_t batch, size_t & longest) {
    std::vector<pack> packs;
    size_t filled = 0;
    for (score_row & row : rows) {
        if (row.error.empty() && row.tokens.size() > (size_t) context) {
            row.error = "context";
        }
        if (!row.error.empty()) {
            continue;
        }
        row.logprobs.assign(row.tokens.size() - row.first, 0);
        row.entropies = row.logprobs;
        row.greedy.assign(row.logprobs.size(), 0);
        row.tops.assign(row.logprobs.size(), 0);
        const size_t fed = row.tokens.size() - 1;
        if (packs.empty() || filled + fed > (size_t) batch || packs.back().size() == (size_t) slots) {
            packs.emplace_back();
            filled = 0;
        }
        packs.back().push_back(&row);
        filled += fed;
        longest = std::max(longest, filled);
    }
    return packs;
}

void score_batch(const loaded_model & loaded, const score_options & options, std::vector<score_row> & rows,
                 const std::function<void(size_t)> & done) {
    const int32_t vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(loaded.model.get()));
    const int32_t context = std::min(options.context, llama_model_n_ctx_train(loaded.model.get()));
    const bool small = is_small(loaded); // one thread a pack instead of many a matrix product
    const int32_t threads = options.threads > 0 ? options.threads : std::max(1, (int32_t) std::thread::hardware_concurrency());
    const int32_t slots = std::min(options.slots, options.batch);
    const size_t outputs =
        std::max<size_t>(1, std::min<size_t>((size_t) options.batch, logit_bytes / ((size_t) vocabulary * sizeof(float))));
    size_t longest = 1;
    const std::vector<pack> packs = make_packs(rows, context, slots, options.batch, longest);

    std::mutex mutex;
    std::atomic<size_t> next(0);
    std::exception_ptr failure;
    const auto work = [&] {
        try {
            const llama_context_ptr ctx =
                make_context(loaded, (int32_t) longest, slots, options.batch, (int32_t) outputs, small ? 1 : threads);
            for (size_t i; (i = next++) < packs.size() && !interrupted();) {
                score_pack(ctx.get(), packs[i], options.batch, outputs, vocabulary, small ? 1 : threads);
                const std::lock_guard<std::mutex> lock(mutex);
                done(packs[i].size());
            }
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex);
            failure = std::current_exception();
        }
    };
    std::vector<std::thread> workers;
    for (size_t t = 1; small && t < std::min((size_t) threads, packs.size()); t++) {
        workers.emplace_back(work);
    }
    if (!packs.empty()) {
        work();
    }
    for (std::thread & worker : workers) {
        worker.join();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}
