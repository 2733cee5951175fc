// The operations a transformer and its gradient are built of, each emitted as nodes of a ggml graph in the order of the calls: the one list
// that every device implements. Two implementations: fused-operations.cpp (CPU: custom nodes on gemm, attention and kernels),
// plain-operations.cpp (ggml's own operations, for GPUs, and the cross-check of the other). Activations are matrices [features, tokens],
// contiguous F32; every forward operation has its backward beside it.
#pragma once
#include "../families/hyperparameters.h"
#include "ggml.h"
#include <vector>

namespace train {

struct attention_gradients {
    ggml_tensor *q, *k, *v;
};
struct gate_gradients {
    ggml_tensor *gate, *up;
};

class operations {
  public:
    virtual ~operations() = default;

    // table rows of the ids [tokens]
    virtual ggml_tensor * embed(ggml_tensor * table, ggml_tensor * ids) = 0;
    virtual void embed_back(ggml_tensor * gradient, ggml_tensor * ids, ggml_tensor * dy) = 0; // gradient += scatter(dy)

    // a new matrix that holds start (or zeros) plus the bias in every column; either may be null, not both
    virtual ggml_tensor * initial(ggml_tensor * start, ggml_tensor * bias, int64_t tokens) = 0;
    // scale * w x, added onto a matrix where one is given (it is overwritten)
    virtual ggml_tensor * multiply(ggml_tensor * w, ggml_tensor * x, float scale, ggml_tensor * onto) = 0;
    // scale * w^T dy, likewise
    virtual ggml_tensor * multiply_back(ggml_tensor * w, ggml_tensor * dy, float scale, ggml_tensor * onto) = 0;
    virtual void multiply_back_weight(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy,
                                      float scale) = 0; // gradient += scale * dy x^T
    virtual void bias_back(ggml_tensor * gradient, ggml_tensor * dy) = 0;

    // a + scale * b, or scale * b where a is null: a new matrix. Its gradients are dy for a and scaled(dy) for b.
    virtual ggml_tensor * add(ggml_tensor * a, ggml_tensor * b, float scale) = 0;

    virtual ggml_tensor * norm(ggml_tensor * x, ggml_tensor * gain) = 0;
    virtual ggml_tensor * norm_back(ggml_tensor * x, ggml_tensor * gain, ggml_tensor * dy,
                                    ggml_tensor * skip) = 0; // + skip, which may be null
    virtual void norm_back_gain(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy) = 0;

    // rotary positions, then causal attention within each sequence of the batch, as the layer has it
    virtual ggml_tensor * attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, const layer_attention & how) = 0;
    virtual attention_gradients attend_back(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, ggml_tensor * dy,
                                            const layer_attention & how) = 0;

    // activation(gate) * up, with the model's activation
    virtual ggml_tensor * gated(ggml_tensor * gate, ggml_tensor * up) = 0;
    virtual gate_gradients gated_back(ggml_tensor * gate, ggml_tensor * up, ggml_tensor * dy) = 0;

    // rows [first, first + n) of every column; and its backward: the parts side by side again
    virtual ggml_tensor * slice(ggml_tensor * x, int64_t first, int64_t n) = 0;
    virtual ggml_tensor * join(const std::vector<ggml_tensor *> & parts) = 0;

    // row by row x * magnitude * inverse_norm, which is how its gradient comes back too; gradient += what reaches the magnitude
    virtual ggml_tensor * magnify(ggml_tensor * x, ggml_tensor * magnitude, ggml_tensor * inverse_norm) = 0;
    virtual void magnify_back(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy, ggml_tensor * inverse_norm) = 0;
    // a * b, element by element: its gradients are products too
    virtual ggml_tensor * product(ggml_tensor * a, ggml_tensor * b) = 0;
    // Within each sequence y[t] = the sum over taps [n, width] of taps[j] * x[t - (n - 1) + j]; nothing stands before its first token
    virtual ggml_tensor * convolve(ggml_tensor * x, ggml_tensor * taps) = 0;
    virtual ggml_tensor * convolve_back(ggml_tensor * taps, ggml_tensor * dy) = 0;
    virtual void convolve_back_taps(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy) = 0;

    // Mixture of experts. routing [2 * used, tokens]: of each column of the router's logits [experts, tokens] the numbers of the largest
    // ones, and the softmax over these. Slots are a token's experts, one after the other: used * tokens columns.
    virtual ggml_tensor * route(ggml_tensor * logits, int64_t used) = 0;
    virtual ggml_tensor * route_back(ggml_tensor * logits, ggml_tensor * routing, ggml_tensor * dweights) = 0;
    // of every slot its expert's w x, w [in, out, experts]; x has a column for each token, or for each slot
    virtual ggml_tensor * expert_multiply(ggml_tensor * w, ggml_tensor * x, ggml_tensor * routing) = 0;
    virtual ggml_tensor * expert_multiply_back(ggml_tensor * w, ggml_tensor * dy, ggml_tensor * routing) = 0; // of every slot w^T dy
    virtual void expert_multiply_back_weight(ggml_tensor * gradient, ggml_tensor * x, ggml_tensor * dy, ggml_tensor * routing) = 0;
    // the sum over a token's slots, weighted by the routing or, where that is null, as they are
    virtual ggml_tensor * mix(ggml_tensor * y, ggml_tensor * routing, int64_t used) = 0;
    virtual ggml_tensor * mix_back(ggml_tensor * dy, ggml_tensor * routing) = 0;                          // for y
    virtual ggml_tensor * mix_back_weights(ggml_tensor * y, ggml_tensor * dy, ggml_tensor * routing) = 0; // [used, tokens]

    // columns of x whose tokens carry a target
    virtual ggml_tensor * select(ggml_tensor * x, ggml_tensor * rows) = 0;
    virtual ggml_tensor * select_back(ggml_tensor * rows, ggml_tensor * dy, int64_t tokens) = 0;
};

} // namespace train
