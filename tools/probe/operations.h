// The operations that sampling and training stand on, each small enough to be checked against the CPU in a moment.
#pragma once

#include "ggml-backend.h"
#include "ggml.h"

#include <functional>
#include <string>
#include <vector>

struct operation {
    std::string name;
    double bound; // most of |device - CPU|^2 / |CPU|^2 that rounding explains
    // Builds the operation on inputs that it names in order; the caller fills these by their type.
    std::function<ggml_tensor *(ggml_context *, std::vector<ggml_tensor *> & inputs)> build;
};

const std::vector<operation> & operations();
