#pragma once
#include "gguf.h"
#include "read-spec.h"

// Writes the tokenizer's keys, or copies another GGUF's with its chat template. Returns the number of tokens. Throws bad_input.
int64_t write_tokenizer(gguf_context * file, const model_spec & spec);
