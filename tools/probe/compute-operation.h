// One operation on one backend, with inputs that depend on nothing but the operation.
#pragma once

#include "operations.h"

struct computed {
    bool supported = false;
    std::vector<float> values; // of the result, or of the weights where the operation changes them in place
};

computed compute_operation(ggml_backend_t backend, const operation & op);
