#include "trainer.h"
#include "../adapters/dora.h"
#include "../adapters/lora.h"
#include "../checks/parity.h"
#include "../losses/reference.h"
#include "../optimizer/checkpointer.h"
#include "../optimizer/fingerprint.h"
#include "../optimizer/moments.h"
#include "../save/gguf-file.h"
#include "../save/save-model.h"
#include "bad-input.h"
#include "interrupted.h"
#include "metrics.h"
#include "progress.h"
#include <chrono>
#include <cmath>
#include <filesystem>
#include <sys/resource.h>

namespace train {

namespace {

// CPU seconds of the process so far, and the most memory it has held (Linux counts kilobytes, macOS bytes)
struct usage {
    double cpu_seconds;
    int64_t peak_mib;
};

usage usage_so_far() {
    rusage u;
    getrusage(RUSAGE_SELF, &u);
    const double cpu = (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
#ifdef __APPLE__
    return {cpu, u.ru_maxrss >> 20};
#else
    return {cpu, u.ru_maxrss >> 10};
#endif
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct run {
    const options & o;
    session & s;
    optimizer & adam;
    metrics & log;
    run_state & state;
    int64_t steps, per_epoch;

    // The examples of a step (from 1): each epoch is its own permutation, each batch is used inner_epochs times
    std::vector<const example *> examples_of(int64_t step) const {
        const int64_t inner = o.method == method::grpo ? o.inner_epochs : 1;
        const int64_t n = (int64_t) s.data.examples.size(), batches = (n + o.batch - 1) / o.batch, index = (step - 1) / inner;
        const std::vector<int64_t> order = permutation(n, (uint64_t) o.seed * 1000003ull + (uint64_t) (index / batches));
        std::vector<const example *> chosen;
        for (int64_t i = index % batches * o.batch; i < std::min(n, (index % batches + 1) * o.batch); i++)
            chosen.push_back(&s.data.examples[order[i]]);
        return chosen;
    }

    void measure_anchor(const std::vector<const example *> & examples) const {
        const auto anchors = s.target->anchors(examples);
        if (!anchors.empty())
            s.target->set_anchor(s.runner->evaluate(anchors));
    }

    // One optimizer step. Returns false when the loss is not finite: the weights are then as before.
    bool take(int64_t step, progress & bar) {
        const double began = now();
        const auto examples = examples_of(step);
        measure_norms(*s.net);
        measure_anchor(examples);
        const auto objective = s.target->step_loss(examples);
        const auto batches = s.runner->train(examples, *objective);
        const double loss = total_loss(batches, *objective);
        const double norm = adam.reduce(s.runner->threads, s.runner->workers);
        if (!std::isfinite(loss) || !std::isfinite(norm))
            return false;
        const double rate = learning_rate(o.optimizer, step, steps);
        adam.update(s.runner->threads, *s.runner->workers[0], norm, rate, step);
        state.step = step;
        state.last_loss = loss;
        int64_t tokens = 0;
        for (const example * e : examples)
            tokens += e->inputs();
        const double speed = std::round((double) tokens / (now() - began));
        json line = {{"step", step}, {"steps", steps}, {"loss", loss}, {"lr", rate}, {"grad_norm", norm}, {"tokens_per_second", speed}};
        s.target->report(batches, "", line);
        log.write(line);
        char note[96];
        snprintf(note, sizeof(note), "loss %.4f  %.0f tok/s", loss, speed);
        bar.update(step, note);
        return true;
    }

    // Validates the weights that would be saved, and keeps them where they are the best so far.
    void validate() {
        const auto examples = pointers(s.val.examples);
        adam.swap_average();
        measure_norms(*s.net);
        measure_anchor(examples);
        const auto objective = s.target->step_loss(examples);
        const auto batches = s.runner->evaluate(examples);
        const double loss = total_loss(batches, *objective);
        json line = {{"step", state.step}, {"val_loss", loss}};
        s.target->report(batches, "val_", line);
        log.write(line);
        if (loss < state.best) {
            state.best = loss;
            state.best_step = state.step;
            state.validations_since_best = 0;
            if (o.early_stop)
                keep_best();
        } else {
            state.validations_since_best++;
        }
        adam.swap_average();
    }

    void keep_best() {
        adam.settle();
        state.best_weights.clear();
        for (const parameter & p : s.net->parameters) {
            state.best_weights.emplace_back(p.values(), p.values() + p.size());
        }
    }

    void use_best() const {
        for (size_t i = 0; i < state.best_weights.size(); i++) {
            std::copy(state.best_weights[i].begin(), state.best_weights[i].end(), s.net->parameters[i].values());
        }
        upload_parameters(*s.net);
    }

    void save(const std::string & path) const {
        if (s.net->lora_context && !o.dora)
            save_lora(*s.net, path, o.model);
        else
            save_model(*s.net, path, o.type);
    }

    // The weights as they would be saved now, beside the output: out-step-000100.gguf
    void save_snapshot() const {
        const size_t dot = o.out.size() > 5 && o.out.compare(o.out.size() - 5, 5, ".gguf") == 0 ? o.out.size() - 5 : o.out.size();
        char step[32];
        snprintf(step, sizeof(step), "-step-%06lld", (long long) state.step);
        adam.settle();
        adam.swap_average();
        save(o.out.substr(0, dot) + step + o.out.substr(dot));
        adam.swap_average();
    }

    bool stops_early() const { return o.early_stop > 0 && state.validations_since_best >= o.early_stop; }
    bool validates_at(int64_t step) const {
        return !o.val.empty() && (step == steps || step % (o.val_every ? o.val_every : per_epoch) == 0);
    }
};

json figures_of(const differences & d) {
    return {{"rows", d.rows}, {"tokens", d.tokens}, {"mean_abs", d.mean}, {"max_abs", d.largest}};
}

[[noreturn]] void stop_at_nan(const options & o, const run_state & state) {
    std::string what = "the loss is not a number at step " + std::to_string(state.step + 1) + ", lower --lr or look into the data";
    if (!o.checkpoint_dir.empty() && (o.checkpoint_every > 0 || o.checkpoint_share > 0))
        what += "; the last good checkpoint is " + checkpoint_path(o.checkpoint_dir);
    throw bad_input(what);
}

// Room for what will be written, before hours of work: two checkpoints (the older goes when the newer is on the disk) and the result
void check_disk(const options & o, const model & m, const optimizer & adam) {
    int64_t result = 0;
    for (const parameter & p : m.parameters)
        result += p.size() * (int64_t) sizeof(float);
    if (!m.lora_context || o.dora)
        result = std::min<int64_t>(result, (int64_t) std::filesystem::file_size(o.model));
    check_room(std::filesystem::path(o.out).parent_path().string(), result, "the result's weights");
    if (o.checkpoint_dir.empty())
        return;
    std::error_code ignored;
    std::filesystem::create_directories(o.checkpoint_dir, ignored);
    check_room(o.checkpoint_dir, result + 2 * checkpoint_bytes(m, adam, o.early_stop > 0), "the result and two checkpoints");
}

} // namespace

int run_training(const options & o) {
    check_writable(o.out); // now, not after hours of work
    if (!o.optimizer_out.empty())
        check_writable(o.optimizer_out);
    session s(o);
    compute_reference(s, o); // before a checkpoint moves the weights
    optimizer adam(*s.net, o.optimizer);
    run_state state;
    if (!o.optimizer_in.empty())
        read_moments(o.optimizer_in, *s.net, adam);
    const std::string fingerprint = fingerprint_of(o, s, adam);
    differences agreement, own;
    if (!o.unchecked)
        agreement = check_served(s, o); // the base, also where a checkpoint goes on from it
    if (!s.parity.empty())
        own = check_own(s);
    if (o.resume)
        read_checkpoint(o.checkpoint_dir, fingerprint, *s.net, adam, state);

    adam.move_to_device(*s.runner->workers[0]);

    const int64_t inner = o.method == method::grpo ? o.inner_epochs : 1;
    const int64_t per_epoch = ((int64_t) s.data.examples.size() + o.batch - 1) / o.batch * inner;
    const int64_t steps = o.steps > 0 ? o.steps : (int64_t) std::ceil(o.epochs * (double) per_epoch);
    check_disk(o, *s.net, adam);
    checkpointer keeper(o, fingerprint, *s.net, adam);
    const int64_t resumed = state.step;
    metrics log(o.metrics, state.step);
    const double started = now(), cpu_started = usage_so_far().cpu_seconds;
    run r{o, s, adam, log, state, steps, per_epoch};
    {
        progress bar("steps", steps, o.progress);
        while (state.step < steps && !r.stops_early() && !interrupted()) {
            if (!r.take(state.step + 1, bar))
                stop_at_nan(o, state);
            if (r.validates_at(state.step))
                r.validate();
            if (o.save_every > 0 && state.step % o.save_every == 0 && state.step < steps)
                r.save_snapshot();
            if (state.step < steps)
                keeper.after_step(state);
        }
    }
    if (interrupted() && state.step < steps) {
        if (!o.checkpoint_dir.empty())
            keeper.write(state);
        fprintf(stderr, "llama-train: interrupted at step %lld, %s\n", (long long) state.step,
                o.checkpoint_dir.empty() ? "nothing was kept (--checkpoint-dir would)" : "go on with --resume");
        return 130;
    }
    adam.settle();
    if (o.early_stop > 0)
        r.use_best();
    else
        adam.swap_average();
    const double seconds = now() - started, cpu_seconds = usage_so_far().cpu_seconds - cpu_started;
    r.save(o.out);
    if (!o.optimizer_out.empty())
        write_moments(o.optimizer_out, *s.net, adam, state.step);
    measure_norms(*s.net);
    if (!o.parity_out.empty())
        write_parity(s, o.parity_out);
    log.write({{"done", true},
               {"steps", state.step},
               {"final_loss", state.last_loss},
               {"seconds", seconds},
               {"cpu_seconds", cpu_seconds},
               {"peak_mib", usage_so_far().peak_mib},
               {"resumed", resumed},
               {"checkpoints", keeper.count},
               {"checkpoint_seconds", keeper.seconds},
               {"skipped_rows", s.data.skipped},
               {"device_mib", json{{"planned", s.runner->planned >> 20}, {"used", s.runner->workers[0]->graph_memory() >> 20}}},
               {"device_graphs", s.runner->workers[0]->graphs_built()},
               {"served", figures_of(agreement)},
               {"own", figures_of(own)}});
    return 0;
}

} // namespace train
