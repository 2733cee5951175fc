#include "checkpointer.h"
#include <chrono>

namespace train {

static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A guess for the first one, before any was measured
constexpr double bytes_per_second = 500e6;

checkpointer::checkpointer(const options & o, std::string fingerprint, const model & m, optimizer & adam) :
    o(o), fingerprint(std::move(fingerprint)), m(m), adam(adam),
    cost((double) checkpoint_bytes(m, adam, o.early_stop > 0) / bytes_per_second), last(now()) {}

checkpointer::~checkpointer() {
    if (flushing.joinable())
        flushing.join();
}

void checkpointer::after_step(const run_state & state) {
    const bool by_step = o.checkpoint_every > 0 && state.step % o.checkpoint_every == 0;
    const bool by_time = o.checkpoint_share > 0 && (now() - last) * o.checkpoint_share >= cost;
    if (by_step || by_time)
        begin(state);
}

void checkpointer::write(const run_state & state) {
    begin(state);
    finish();
}

void checkpointer::begin(const run_state & state) {
    const double began = now();
    finish(); // the one before
    adam.settle();
    std::shared_ptr<pending_file> file = write_checkpoint(o.checkpoint_dir, fingerprint, m, adam, state);
    flushing = std::thread([this, file] {
        try {
            file->keep();
        } catch (...) {
            failure = std::current_exception();
        }
    });
    count++;
    last = now();
    cost = last - began;
    seconds += cost;
}

void checkpointer::finish() {
    if (flushing.joinable())
        flushing.join();
    if (failure)
        std::rethrow_exception(std::exchange(failure, nullptr));
}

} // namespace train
