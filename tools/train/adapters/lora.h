// LoRA adapters (Hu et al. 2021, arXiv 2106.09685): y = W x + alpha / rank * B (A x) with W frozen.
#pragma once
#include "../families/model.h"

namespace train {

// Adds a new adapter: A uniform in +-1/sqrt(in) as in PEFT, B zero, so the model starts unchanged. alpha 0: twice the rank.
// targets: "all", or comma-separated names, each of which may have a rank of its own (attn_q:4). Throws bad_input for an unknown target
// (with the list of known ones). dora: see dora.h.
void add_lora(model & m, int64_t rank, double alpha, const std::string & targets, uint64_t seed, bool rank_stabilized, bool dora = false);

// Continues an adapter from a file. rank, alpha, targets, rank_stabilized: as add_lora was told when it was made; rank or alpha 0 for
// anything. Throws bad_input when it has not these, or was made for another model.
void read_lora(model & m, const std::string & path, int64_t rank, double alpha, const std::string & targets, bool rank_stabilized);

// Writes the adapter in the format of llama.cpp's convert_lora_to_gguf.py, which llama-server, llama-export-lora and llama-sample read, and
// loads it again on its base before it gets its name.
void save_lora(const model & m, const std::string & path, const std::string & base);

} // namespace train
