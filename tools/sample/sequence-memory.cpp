#include "sequence-memory.h"

#include <stdexcept>

// A model with a sliding window gives cells away that lie outside the window of their sequence's last token: cut back, the sequence would
// miss them. Sequences that no window is too short for can be cut.
static bool keeps_cells(const llama_model * model, int32_t cells) {
    const int32_t window = llama_model_n_swa(model);
    return window <= 0 || cells <= window;
}

sequence_memory::sequence_memory(const llama_model * model, llama_context * context, int32_t cells) :
    context(context), memory(llama_get_memory(context)),
    attention(!llama_model_is_recurrent(model) && !llama_model_is_hybrid(model) && keeps_cells(model, cells)) {}

void sequence_memory::clear(llama_seq_id sequence) {
    llama_memory_seq_rm(memory, sequence, -1, -1);
}

void sequence_memory::copy(llama_seq_id from, llama_seq_id to, int32_t length) {
    if (from != to) {
        llama_memory_seq_rm(memory, to, -1, -1);
        llama_memory_seq_cp(memory, from, to, -1, -1);
    }
    cut(to, length);
}

void sequence_memory::cut(llama_seq_id sequence, int32_t length) {
    llama_memory_seq_rm(memory, sequence, length, -1);
}

std::vector<uint8_t> sequence_memory::save(llama_seq_id sequence) const {
    std::vector<uint8_t> state(llama_state_seq_get_size(context, sequence));
    state.resize(llama_state_seq_get_data(context, state.data(), state.size(), sequence));
    return state;
}

void sequence_memory::restore(llama_seq_id sequence, const std::vector<uint8_t> & state) {
    clear(sequence);
    if (llama_state_seq_set_data(context, state.data(), state.size(), sequence) == 0) {
        throw std::runtime_error("a sequence's state could not be put back, sample with -np 1");
    }
}
