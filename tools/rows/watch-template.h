// A model's chat template is data, and its language has loops: while one of these lives, the thread that made it may spend one second of
// processor time and the process may grow by a gigabyte; beyond that, or where the template runs the stack full, the process ends with one
// line that names the model.
#pragma once

#include <cstdint>
#include <string>

class watch_template {
  public:
    watch_template();
    ~watch_template();
    watch_template(const watch_template &) = delete;
    watch_template & operator=(const watch_template &) = delete;

    // Who reads whose template, for the line; to be called before the first is made.
    static void name(const std::string & tool, const std::string & model);

  private:
    uint64_t id;
};
