// Whether what a GGUF file's header says can be meant.
#pragma once

#include "check-gguf.h"
#include "gguf-reader.h"

// The lists of a vocabulary are equally long and its special tokens among them. Throws bad_input.
void check_vocabulary(const gguf_reader & in, const gguf_summary & file);

// No size of a model is larger than any can be meant to be, and they go together. Throws bad_input.
void check_sizes(const gguf_reader & in, const gguf_summary & file);
