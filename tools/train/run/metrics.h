#pragma once
#include "../losses/objective.h"
#include <cstdio>

namespace train {

// Metrics as JSONL, one object a line, flushed at once. A resumed run drops the lines of steps it will do again.
class metrics {
  public:
    // path "": nothing is written. last_step: the step resumed from, 0 for a new run. Throws bad_input.
    metrics(const std::string & path, int64_t last_step);
    ~metrics();
    void write(const json & line); // throws bad_input when the disk is full

  private:
    std::string path;
    std::FILE * stream = nullptr;
};

} // namespace train
