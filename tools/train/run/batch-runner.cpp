#include "batch-runner.h"
#include "device-memory.h"
#include <algorithm>
#include <cstdio>

namespace train {

batch_runner::batch_runner(const model & m, const rope_tables & rope, int count, const worker_options & options, int64_t max_tokens,
                           int64_t max_examples) :
    threads(count),
    max_tokens(max_tokens), max_examples(max_examples), packed(options.place.plain) {
    for (int i = 0; i < count; i++)
        workers.push_back(std::make_unique<worker>(m, rope, options));
}

void batch_runner::shrink() {
    max_tokens = std::max<int64_t>(1, max_tokens / 2);
    if (max_examples > 1)
        max_examples /= 2;
    for (auto & w : workers)
        w->shrink();
    shrunk = true;
}

std::vector<batch> batch_runner::run(const std::vector<const example *> & examples, const loss * objective, int64_t top) {
    try {
        return run_once(examples, objective, top);
    } catch (const out_of_device_memory & e) {
        if (shrunk)
            throw;
        shrink();
        fprintf(stderr, "llama-train: %s: once more with half the micro-batch, computing activations twice\n", e.what());
    }
    return run_once(examples, objective, top);
}

std::vector<batch> batch_runner::run_once(const std::vector<const example *> & examples, const loss * objective, int64_t top) {
    std::vector<batch> batches = split_by_length(examples, max_tokens, max_examples, (int64_t) workers.size(), packed);
    for (batch & b : batches) {
        b.top.width = top;
        b.top.ids.resize(b.targets.size() * top);
        b.top.logp.resize(b.targets.size() * top);
    }
    threads.run([&](int w) {
        if (objective)
            workers[w]->clear_gradients();
        // batch i belongs to worker i mod n whatever the timing: the sums, and so the results, are the same in every run
        for (size_t i = w; i < batches.size(); i += workers.size()) {
            if (objective)
                workers[w]->train(batches[i], *objective);
            else
                workers[w]->evaluate(batches[i]);
        }
    });
    return batches;
}

std::vector<batch> batch_runner::evaluate(const std::vector<const example *> & examples, int64_t top) {
    return run(examples, nullptr, top);
}

std::vector<batch> batch_runner::train(const std::vector<const example *> & examples, const loss & objective) {
    return run(examples, &objective, 0);
}

} // namespace train
