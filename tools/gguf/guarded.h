// While a library reads a file that somebody else made: what it ends the process at becomes one line that names the file.
#pragma once

#include <string>

class guarded {
  public:
    explicit guarded(const std::string & file, const char * tool);
    ~guarded();
    guarded(const guarded &) = delete;
    guarded & operator=(const guarded &) = delete;
};
