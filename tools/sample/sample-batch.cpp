#include "sample-batch.h"

#include "../kernels/small-model.h"
#include "slot-group.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

// The slots of small models are dealt out to groups, which run side by side, one thread each. The grouping depends on the slot count, not
// on the threads, so that the threads do not change a single token. Weights that fit the caches do not gain from larger batches; others do
// (20M, tokens per CPU second: 8 sequences 540, 16: 635, 32: 690).
static int32_t slots_per_group(const loaded_model & loaded) {
    return llama_model_n_params(loaded.model.get()) <= 5000000 ? 8 : is_small(loaded) ? 32 : INT32_MAX;
}

void sample_batch(const loaded_model & loaded, const row_tokens & tokens, const batch_options & options,
                  const std::vector<request> & requests, const std::function<void(const completion &)> & done) {
    std::mutex mutex;
    const auto hand_over = [&](const completion & sample) {
        const std::lock_guard<std::mutex> lock(mutex);
        done(sample);
    };

    const int32_t context = std::min(options.context, llama_model_n_ctx_train(loaded.model.get()));

    // what does not fit or cannot be written is answered at once
    std::vector<size_t> fitting;
    size_t samples = 0;
    int32_t cells = 0;
    for (size_t i = 0; i < requests.size(); i++) {
        const request & r = requests[i];
        const bool fits = r.finish.empty() && !r.prompt.empty() && r.prompt.size() < (size_t) context;
        if (!fits) {
            for (size_t index = 0; index < r.seeds.size(); index++) {
                completion sample;
                sample.request = i;
                sample.index = index;
                sample.finish = r.finish.empty() ? "context" : r.finish;
                sample.prompt_tokens = r.prompt.size();
                hand_over(sample);
            }
            continue;
        }
        fitting.push_back(i);
        samples += r.seeds.size();
        cells = std::max(cells, (int32_t) std::min<int64_t>(context, (int64_t) r.prompt.size() + r.settings.max_tokens));
    }
    if (samples == 0) {
        return;
    }

    const int32_t threads = options.threads > 0 ? options.threads : std::max(1, (int32_t) std::thread::hardware_concurrency());
    const int32_t slots = (int32_t) std::min<size_t>((size_t) options.slots, samples);
    const int32_t groups = (slots - 1) / slots_per_group(loaded) + 1;

    std::vector<std::vector<job>> jobs((size_t) groups);
    for (size_t k = 0; k < fitting.size(); k++) {
        for (size_t index = 0; index < requests[fitting[k]].seeds.size(); index++) {
            jobs[k % (size_t) groups].push_back({fitting[k], index});
        }
    }

    std::atomic<int32_t> next(0);
    std::exception_ptr failure;
    const auto work = [&] {
        for (int32_t g; (g = next++) < groups;) {
            try {
                const int32_t share = (slots + groups - 1 - g) / groups; // the slots dealt out evenly
                slot_group group(loaded, tokens,
                                 {share, cells, is_small(loaded) ? 1 : threads, options.batch, options.logprobs, options.lookup,
                                  options.cache_type == "q8_0" ? GGML_TYPE_Q8_0 : GGML_TYPE_F16});
                group.run(requests, jobs[(size_t) g], hand_over);
            } catch (...) {
                const std::lock_guard<std::mutex> lock(mutex);
                failure = std::current_exception();
            }
        }
    };
    std::vector<std::thread> workers;
    for (int32_t t = 1; t < std::min(threads, groups); t++) {
        workers.emplace_back(work);
    }
    work();
    for (std::thread & worker : workers) {
        worker.join();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}
