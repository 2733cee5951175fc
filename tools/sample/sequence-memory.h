// What a context remembers of its sequences: attention's cells, which can be copied and cut at any place, or the one state of a recurrent
// model, which can only be kept whole and put back.
#pragma once

#include "llama.h"

#include <cstdint>
#include <vector>

class sequence_memory {
  public:
    sequence_memory(const llama_model * model, llama_context * context, int32_t cells); // most tokens of a sequence

    // false: a recurrent or hybrid model, for which copy and cut are not to be called
    bool rolls_back() const { return attention; }

    void clear(llama_seq_id sequence);
    void copy(llama_seq_id from, llama_seq_id to, int32_t length); // `to` holds the first `length` tokens of `from`, nothing else
    void cut(llama_seq_id sequence, int32_t length);               // keeps the first `length` tokens

    std::vector<uint8_t> save(llama_seq_id sequence) const;
    void restore(llama_seq_id sequence, const std::vector<uint8_t> & state);

  private:
    llama_context * context;
    llama_memory_t memory;
    bool attention;
};
