// Scores a whole batch of rows, packed into decodes of many short rows or few long ones.
//
// A pack starts from an empty KV cache and holds whole rows, each its own sequence, so a row's result does not depend on which thread
// scores it. Logits are computed at completion positions only, and few enough at a time that large vocabularies stay small in memory.
#pragma once

#include "load-model.h"
#include "score-row.h"

#include <functional>
#include <vector>

struct score_options {
    int32_t slots = 32;     // most rows decoded together
    int32_t context = 2048; // most tokens of a row
    int32_t threads = 0;    // 0: all cores
    int32_t batch = 512;    // most tokens decoded together
};

// Fills in the results; rows longer than the context get the error "context". done(n): n rows more are finished, never from two threads at
// once.
void score_batch(const loaded_model & loaded, const score_options & options, std::vector<score_row> & rows,
                 const std::function<void(size_t)> & done);
