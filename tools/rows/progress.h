// A progress bar on stderr with rate and time left; silent when stderr is no terminal or the mode is "none".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

class progress {
  public:
    // label: what is counted ("rows"); mode: "auto" or "none".
    progress(std::string label, size_t total, const std::string & mode);
    ~progress(); // clears the line

    // done: how many of total; note: short text behind the bar, such as "5321 tok/s". Draws at most ten times a second.
    void update(size_t done, const std::string & note = "");

  private:
    std::string label;
    size_t total;
    bool visible;
    int64_t started;
    int64_t drawn = 0;
};
