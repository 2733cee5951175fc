// Writing GGUF files that appear whole or not at all, and the names of ggml's types.
#pragma once
#include "ggml.h"
#include "gguf.h"
#include <functional>
#include <memory>
#include <string>

namespace train {

// Throws bad_input when the file cannot be written completely; nothing is left behind then. check: looks at the whole file under its
// temporary name, before it gets its own, and throws when it is no good.
void write_gguf(const gguf_context * file, const std::string & path,
                const std::function<void(const std::string & written)> & check = nullptr);

// A file under its temporary name: whole, but perhaps not on the disk yet. Unless it is kept, it is removed.
class pending_file {
  public:
    // Throws bad_input when the file cannot be written completely; nothing is left behind then.
    pending_file(const gguf_context * file, std::string path);
    ~pending_file();
    pending_file(const pending_file &) = delete;

    // Waits for the disk, then the file takes its name. Throws bad_input.
    void keep();

  private:
    [[noreturn]] void fail();
    std::string path, temporary;
    FILE * stream;
};

// Throws bad_input where the folder's disk has less room than this, in bytes. what: what needs it, for the message.
void check_room(const std::string & folder, int64_t bytes, const std::string & what);

// Throws bad_input when a file cannot be made at this path.
void check_writable(const std::string & path);

// "Q8_0" -> GGML_TYPE_Q8_0. Throws bad_input with the list of types that can be written.
ggml_type type_by_name(const std::string & name);

// F32 values in another type; row is the length of a row. Falls back to F16 where the row is no multiple of the type's block, as
// llama-quantize does.
ggml_type storable_type(ggml_type wanted, int64_t row);

} // namespace train
