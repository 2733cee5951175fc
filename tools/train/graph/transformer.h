// The forward pass of a model as a graph, for all families (see families/hyperparameters.h for what they differ in), and the tape that
// emits its backward pass.
#pragma once
#include "graph.h"
#include "operations.h"
#include <functional>
#include <map>
#include <set>

namespace train {

// The leaf into which a parameter's gradient is summed, or null for a tensor that is not trained
using gradient_of = std::function<ggml_tensor *(const ggml_tensor *)>;

class transformer {
  public:
    // gradient: null to run forward only. checkpoint: keep only the input of each layer and compute the layer again on the way back.
    transformer(const model & m, graph & g, operations & ops, gradient_of gradient, bool checkpoint);

    // From token ids to the final hidden states of the tokens at `positions` [embedding, positions], before the output norm
    ggml_tensor * forward(ggml_tensor * ids, ggml_tensor * positions);

    ggml_tensor * norm(ggml_tensor * x, ggml_tensor * gain);
    ggml_tensor * linear(const matrix & w, ggml_tensor * x, ggml_tensor * residual);

    // dy: dL/d(what forward returned). Emits the rest of the backward pass.
    void backward(ggml_tensor * dy);

    // Records on the tape how the gradient flows from the result to its sources.
    void record(std::function<void()> back);
    ggml_tensor * gradient(ggml_tensor * of) const; // null: nothing flowed there
    void set_gradient(ggml_tensor * of, ggml_tensor * dy) { gradients[of] = dy; }
    void play_last(); // runs the last entry and drops it
    void play_back(); // runs the tape from its end and clears it

  private:
    ggml_tensor * block(const layer & l, ggml_tensor * x);
    ggml_tensor * select(ggml_tensor * x, ggml_tensor * rows);
    ggml_tensor * head_norm(ggml_tensor * x, ggml_tensor * gain);
    ggml_tensor * attend(ggml_tensor * q, ggml_tensor * k, ggml_tensor * v, const layer_attention & how);
    ggml_tensor * gated(ggml_tensor * gate, ggml_tensor * up);
    ggml_tensor * biased(ggml_tensor * x, ggml_tensor * bias);
    ggml_tensor * add(ggml_tensor * a, ggml_tensor * b, float scale);
    std::vector<ggml_tensor *> split(ggml_tensor * x, const std::vector<int64_t> & sizes);
    std::vector<ggml_tensor *> queries_keys_values(const layer & l, ggml_tensor * h);
    ggml_tensor * mixture(const layer & l, ggml_tensor * h, ggml_tensor * residual);
    ggml_tensor * experts(const matrix & w, ggml_tensor * x, ggml_tensor * routing);
    ggml_tensor * expert_product(ggml_tensor * w, ggml_tensor * x, ggml_tensor * routing);
    ggml_tensor * magnified(const matrix & w, ggml_tensor * x, ggml_tensor * residual);
    ggml_tensor * product(ggml_tensor * a, ggml_tensor * b);
    ggml_tensor * convolve(ggml_tensor * x, ggml_tensor * taps);
    ggml_tensor * short_convolution(const layer & l, ggml_tensor * h);
    ggml_tensor * attention(const layer & l, ggml_tensor * h);
    ggml_tensor * feed_forward(const layer & l, ggml_tensor * h, ggml_tensor * residual);
    ggml_tensor * add_block(const matrix & w, ggml_tensor * y, ggml_tensor * norm_after, ggml_tensor * residual);
    // Where none of the sources has a gradient to pass on, neither has y
    ggml_tensor * derive(ggml_tensor * y, std::initializer_list<const ggml_tensor *> sources);
    void linear_back(const matrix & w, ggml_tensor * x, ggml_tensor * ax, ggml_tensor * residual, ggml_tensor * y);
    bool wants_gradient(const ggml_tensor * x) const { return !constant.count(x); }

    const model & m;
    graph & g;
    operations & ops;
    gradient_of leaf;
    bool checkpoint;
    bool recording;
    ggml_tensor *ids = nullptr, *targets = nullptr, *rows = nullptr; // rows: of the embedding's A
    std::vector<ggml_tensor *> inputs;                               // of each layer, and the last one's output
    std::vector<std::function<void()>> tape;
    std::map<const ggml_tensor *, ggml_tensor *> gradients;
    std::set<const ggml_tensor *> constant; // activations below the lowest trained weight
};

} // namespace train
