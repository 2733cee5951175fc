#include "device-memory.h"
#include "../data/batch.h"
#include <algorithm>
#include <cstdio>

namespace train {

constexpr int64_t device_tokens = 8192, least_tokens = 256, most_rows = 4096, fewest_rows = 16; // of a micro-batch; of its logits at once
constexpr int64_t value_size = sizeof(float);

int64_t free_memory(ggml_backend_dev_t device) {
    size_t free = 0, total = 0;
    ggml_backend_dev_memory(device, &free, &total);
    return (int64_t) free;
}

std::string gibibytes(int64_t bytes) {
    char text[32];
    snprintf(text, sizeof(text), bytes < 1 << 30 ? "%.0f MiB" : "%.1f GiB", (double) bytes / (bytes < 1 << 30 ? 1 << 20 : 1 << 30));
    return text;
}

void check_room_for_weights(const weights_file & file, bool full, ggml_backend_dev_t device) {
    int64_t weights = 0;
    for (const weights_file::tensor & t : file.tensors)
        weights += full ? t.elements() * value_size : (int64_t) ggml_row_size(t.type, t.ne[0]) * (t.elements() / t.ne[0]);
    const int64_t needed = full ? 4 * weights : weights, free = free_memory(device);
    if (needed <= free)
        return;
    throw bad_input("the GPU has " + gibibytes(free) + " free, and " + gibibytes(needed) + " are needed for the weights" +
                    (full ? " in F32, their gradients and AdamW's two moments: train an adapter (--lora-rank) on a quantized base"
                          : ": quantize the base") +
                    ", or leave --n-gpu-layers out to train on the CPU");
}

// What ggml's own operations keep of one token for the way back, and what one layer needs for a while: scores of all heads, copies that are
// turned over
static int64_t kept_per_token(const hyperparameters & h) {
    const int64_t attention = 2 * (2 * h.heads + 2 * h.kv_heads) * h.head_size;
    return (h.layers * (6 * h.embedding + attention + 4 * h.feed_forward) + 6 * h.embedding) * value_size;
}
static int64_t checkpointed_per_token(const hyperparameters & h) {
    return (h.layers * h.embedding) * value_size + kept_per_token(h) / h.layers;
}
static int64_t passing_per_token(const hyperparameters & h, int64_t longest) {
    return (6 * h.heads * longest + 6 * std::max(h.feed_forward, h.heads * h.head_size)) * value_size;
}

// Copies of one matrix for the way back: what get_rows gives and the F16 that is multiplied with; the gradient of a trained one and the
// turned copy
static int64_t copies_of_a_matrix(const model & m) {
    int64_t largest = 0;
    for (const weights_file::tensor & t : m.file->tensors)
        if (t.ne[1] > 1)
            largest = std::max(largest, t.elements());
    return 3 * largest * value_size;
}

device_plan plan_on_device(const model & m, int64_t longest, ggml_backend_dev_t device, double share, int64_t bound) {
    const hyperparameters & h = m.hyper;
    const int64_t trained = 3 * m.parameter_count() * value_size; // gradients and two moments
    const int64_t there = std::max<int64_t>(0, free_memory(device) - trained), spare = (int64_t) ((1.0 - share) * (double) there);
    const int64_t budget = bound > 0 ? bound : there - spare;
    const int64_t row = 5 * h.vocabulary * value_size; // logits, their softmax and gradient, and turned copies
    const int64_t chunk = std::min(most_rows, std::max(fewest_rows, budget / 8 / row));
    const auto bytes = [&](int64_t tokens, bool checkpoint) { // whose numbers are rounded, of rows and in each
        return copies_of_a_matrix(m) + chunk * row +
               rounded(rounded(tokens)) *
                   ((checkpoint ? checkpointed_per_token(h) : kept_per_token(h)) + passing_per_token(h, rounded(longest)));
    };
    for (const bool checkpoint : {false, true})
        for (int64_t tokens = device_tokens; tokens >= least_tokens && 2 * tokens > longest; tokens /= 2)
            if (bytes(std::max(tokens, longest), checkpoint) <= budget && (checkpoint || tokens >= 1024))
                return {tokens, chunk, checkpoint, bytes(std::max(tokens, longest), checkpoint), spare};
    return {least_tokens, fewest_rows, true, bytes(longest, true), spare}; // the device has the last word
}

} // namespace train
