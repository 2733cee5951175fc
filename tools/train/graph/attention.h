// Causal attention over sequences laid end to end (no padding, no mask tensor), with grouped heads and rotary positions, and its gradient.
// By choice: a window, a soft cap on scores, queries that grow with the position, no rotation. Scores live only in per-thread blocks of
// query rows; the backward pass computes them again, so nothing of size T x T is kept.
#pragma once
#include <cstdint>
#include <vector>

namespace train {

struct rope_table {
    int64_t half = 0;                  // pairs per head
    bool neox = false;                 // pairs (i, i + half), else (2i, 2i + 1)
    std::vector<float> cosines, sines; // [positions][half]
};

struct rope_tables {
    rope_table by_kind[2];          // of layers that see everything, of layers with a window
    std::vector<float> temperature; // by position, what queries are multiplied by; empty: nothing
};

struct attention_shape {
    int64_t heads, kv_heads, head_size;
    float scale, cap;                       // cap 0: none
    int64_t window;                         // 0: none
    const rope_table * rope;                // null: no rotation
    const std::vector<float> * temperature; // null: none
    const std::vector<int32_t> * starts;    // first token of each sequence, and the total at the end
};

// q: [tokens][heads * head_size], k and v: [tokens][kv_heads * head_size], out like q; all contiguous
void attention(const attention_shape & shape, const float * q, const float * k, const float * v, float * out, int ith, int nth);
void attention_back(const attention_shape & shape, const float * q, const float * k, const float * v, const float * dout, float * dq,
                    float * dk, float * dv, int ith, int nth);

} // namespace train
