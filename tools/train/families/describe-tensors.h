// Which tensors a model of given hyper-parameters has, and which part each plays: one list for reading a file and for making a random
// model.
#pragma once
#include "hyperparameters.h"
#include "layer.h"
#include <functional>

namespace train {

enum class part { embedding, head, matrix, taps, gain, bias, factors };

struct wanted_tensor {
    std::string name;
    int64_t ne0, ne1;
    part kind;
    bool required;
    int64_t ne2 = 1; // experts, each a matrix
};

// Gives the tensor, or null where it is optional and not there.
using tensor_source = std::function<ggml_tensor *(const wanted_tensor &)>;

void describe_tensors(const hyperparameters & h, const tensor_source & source, weights & all);

// Fills m's roles from its tensors. Throws bad_input for tensors that are missing, of the wrong shape, or unknown (an unknown tensor means
// the model computes something that the trainer would leave out).
struct model;
void assign_roles(model & m);

} // namespace train
