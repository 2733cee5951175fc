#include "trainer.h"
#include "bad-input.h"
#include "interrupted.h"
#include "metrics.h"
#include "progress.h"
#include "save-model.h"
#include "session.h"
#include <chrono>
#include <cmath>

namespace train {

static double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The examples of a step (from 0): each epoch is its own permutation
static std::vector<const example *> step_examples(const std::vector<example> & all, int64_t step, int64_t batch, uint64_t seed) {
    const int64_t n = (int64_t) all.size(), per_epoch = (n + batch - 1) / batch, epoch = step / per_epoch;
    const std::vector<int64_t> order = permutation(n, seed * 1000003ull + (uint64_t) epoch);
    std::vector<const example *> chosen;
    for (int64_t i = step % per_epoch * batch; i < std::min(n, (step % per_epoch + 1) * batch); i++) chosen.push_back(&all[order[i]]);
    return chosen;
}

int run_training(const options & o) {
    session s(o);
    const auto & data = s.data;
    const auto & val = s.val;
    batch_runner & runner = *s.runner;
    s.target->prepare(runner, s.data.examples);
    s.target->prepare(runner, s.val.examples);
    optimizer adam(*s.net, o.optimizer);
    const int64_t n = (int64_t) data.examples.size(), per_epoch = (n + o.batch - 1) / o.batch;
    const int64_t steps = o.steps > 0 ? o.steps : o.epochs * per_epoch;
    metrics log(o.metrics, 0);
    progress bar("steps", steps, o.progress);
    const double started = now();
    double last = 0;

    const auto validate = [&](int64_t step) {
        const auto examples = pointers(val.examples);
        const auto objective = s.target->step_loss(examples);
        adam.swap_average();
        const auto batches = runner.evaluate(examples);
        adam.swap_average();
        json line = { { "step", step }, { "val_loss", total_loss(batches, *objective) } };
        s.target->report(batches, "val_", line);
        log.write(line);
    };

    for (int64_t step = 1; step <= steps && !interrupted(); step++) {
        const double began = now();
        const auto examples = step_examples(data.examples, step - 1, o.batch, (uint64_t) o.seed);
        const auto objective = s.target->step_loss(examples);
        const auto batches = runner.train(examples, *objective);
        last = total_loss(batches, *objective);
        const double norm = adam.reduce(runner.threads, runner.workers);
        if (!std::isfinite(last) || !std::isfinite(norm)) throw bad_input("the loss is not a number at step " + std::to_string(step) + ", lower --lr");
        const double rate = learning_rate(o.optimizer, step, steps);
        adam.update(runner.threads, *runner.workers[0], norm, rate, step);
        int64_t count = 0;
        for (const example * e : examples) count += e->inputs();
        const double speed = (double) count / (now() - began);
        json line = { { "step", step }, { "steps", steps }, { "loss", last }, { "lr", rate }, { "grad_norm", norm }, { "tokens_per_second", std::round(speed) } };
        s.target->report(batches, "", line);
        log.write(line);
        char note[96];
        snprintf(note, sizeof(note), "loss %.4f  %.0f tok/s", last, speed);
        bar.update(step, note);
        if (!o.val.empty() && (step == steps || step % (o.val_every ? o.val_every : per_epoch) == 0)) validate(step);
    }
    adam.swap_average();
    save_model(*s.net, o.out, o.type);
    log.write({ { "done", true }, { "steps", steps }, { "final_loss", last }, { "seconds", now() - started }, { "skipped_rows", data.skipped } });
    return 0;
}

} // namespace train
