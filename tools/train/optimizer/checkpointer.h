// When a run writes checkpoints: every so many steps, or as often as a share of the time allows.
#pragma once
#include "../run/options.h"
#include "checkpoint.h"
#include <exception>
#include <thread>

namespace train {

class checkpointer {
  public:
    checkpointer(const options & o, std::string fingerprint, const model & m, optimizer & adam);
    ~checkpointer();
    checkpointer(const checkpointer &) = delete;

    // Writes one where it is due. The disk's work goes on beside the next steps. Throws bad_input where it could not be written.
    void after_step(const run_state & state);

    // Writes one and waits until it is on the disk.
    void write(const run_state & state);

    int64_t count = 0;
    double seconds = 0; // that training stood still for them

  private:
    void begin(const run_state & state);
    void finish();

    const options & o;
    std::string fingerprint;
    const model & m;
    optimizer & adam;
    double cost, last;
    std::thread flushing;
    std::exception_ptr failure;
};

} // namespace train
