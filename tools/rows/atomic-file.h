// A text file that appears whole or not at all: written beside its place, synced, then renamed.
#pragma once

#include <cstdio>
#include <string>

class atomic_file {
  public:
    // path "-" is stdout, flushed after every write; a device or pipe (/dev/null) is written in place. Throws bad_input when the place
    // cannot be written.
    explicit atomic_file(const std::string & path);
    ~atomic_file(); // without commit(): removes what was written
    atomic_file(const atomic_file &) = delete;
    atomic_file & operator=(const atomic_file &) = delete;

    void write(const std::string & text); // throws bad_input, e.g. when the disk is full
    void commit();

    // The temporary file's path, for libraries that write files themselves (then only commit() is called).
    const std::string & temporary() const { return temporary_path; }

  private:
    [[noreturn]] void fail() const;

    std::string path;
    std::string temporary_path;
    std::FILE * stream;
    bool in_place = false;
};
