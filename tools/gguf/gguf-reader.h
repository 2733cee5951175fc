// The bytes of a GGUF file from its start, with a bound on everything that is read.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

class gguf_reader {
  public:
    explicit gguf_reader(const std::string & path); // throws bad_input
    ~gguf_reader();
    gguf_reader(const gguf_reader &) = delete;
    gguf_reader & operator=(const gguf_reader &) = delete;

    template <typename T>
    T number() {
        T value;
        read(&value, sizeof(value));
        return value;
    }

    std::string text(); // its length first
    void skip_text();   // the same, unread
    void skip(uint64_t bytes);
    uint64_t left() const { return size - at; }
    uint64_t position() const { return at; }
    uint64_t length() const { return size; }

    [[noreturn]] void fail(const std::string & what) const; // bad_input with the file's name

  private:
    void read(void * target, size_t bytes);

    std::string path;
    std::FILE * file;
    uint64_t size = 0;
    uint64_t at = 0;
};
