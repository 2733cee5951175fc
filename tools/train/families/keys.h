// A GGUF's keys of one architecture, with a memory of which were read: a key that libllama reads and the trainer does not is refused.
#pragma once
#include "gguf.h"
#include "weights-file.h"
#include <set>
#include <string>
#include <vector>

namespace train {

class keys {
  public:
    keys(const gguf_context * file, const std::string & path);

    const std::string path, architecture;

    // Names without the architecture's prefix. Throw bad_input with file and key: missing, of another type, or an array of unlike values.
    double need(const std::string & name);
    double may(const std::string & name, double fallback);
    bool flag(const std::string & name, bool fallback);
    std::vector<double> each(const std::string & name, int64_t layers, double fallback); // one value a layer, or the same for all
    std::string text(const std::string & name, const std::string & fallback);
    // one value a layer, or "every n-th layer has none": libllama's sliding_window_pattern
    std::vector<uint8_t> pattern(const std::string & name, int64_t layers, int64_t every);

    void only(const std::string & name, double value); // throws when the key is there with any other value
    std::vector<std::string> unread() const;           // whole names of the architecture's other keys
    // Throws when a key of these was not read but is there: libllama would take it into account.
    void refuse(const std::vector<std::string> & names) const;

  private:
    int64_t find(const std::string & name);
    const gguf_context * file;
    std::set<std::string> seen;
};

} // namespace train
