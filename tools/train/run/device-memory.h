// What a run needs of a device's memory, before it is asked for, and the sizes that fit.
#pragma once
#include "../families/model.h"
#include "bad-input.h"
#include "ggml-backend.h"

namespace train {

// Thrown where a graph finds no room; a smaller micro-batch may.
struct out_of_device_memory : bad_input {
    using bad_input::bad_input;
};

int64_t free_memory(ggml_backend_dev_t device); // bytes

// Throws bad_input where the device has no room for the weights, and for the gradients and moments of full training, with the figures.
void check_room_for_weights(const weights_file & file, bool full, ggml_backend_dev_t device);

// Sizes of a micro-batch, and the bytes that its activations and logits are expected to take.
struct device_plan {
    int64_t tokens, chunk;
    bool checkpoint;
    int64_t bytes;
    int64_t spare; // bytes of the device that are left to others
};

// share: of what is free once the weights are there, less gradients and moments. bound: in its place, bytes; 0: none.
device_plan plan_on_device(const model & m, int64_t longest, ggml_backend_dev_t device, double share, int64_t bound);

// "12.3 GiB"
std::string gibibytes(int64_t bytes);

} // namespace train
