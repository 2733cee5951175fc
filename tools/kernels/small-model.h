// What llama-sample and llama-score do otherwise with a small model, by one rule.
#pragma once

#include "load-model.h"

// Up to 50M parameters: several threads on one matrix product would spend their time at its barriers, so sequences are dealt out to groups
// of one thread each.
bool is_small(const loaded_model & loaded);

// Whether a model is computed by kernels of ours: a small one on the CPU. If so, they stand ready for contexts that are made from these
// parameters.
bool use_own_kernels(const loaded_model & loaded, llama_context_params & params);
