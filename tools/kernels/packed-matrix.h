// A weight matrix laid out for the products that decoding asks of it: [outputs][inputs] in panels of a few outputs, so that a step reads it
// once, from its beginning to its end, whatever the number of tokens.
#pragma once

#include <cstdint>
#include <memory>

class packed_matrix {
  public:
    // Copies the weights: output n's row of `inputs` values begins at weights[n * inputs].
    packed_matrix(const float * weights, int64_t outputs, int64_t inputs);

    // result[t][n] = sum over k of rows[t][k] * weights[n][k]; rows and result are dense. The order of each sum depends on neither `count`
    // nor the other rows, so a token's values are the same in any batch. Safe to call from several threads.
    void multiply(const float * rows, int64_t count, float * result) const;

  private:
    struct free_array {
        void operator()(float * array) const;
    };
    int64_t outputs, inputs;
    std::unique_ptr<float, free_array> panels;
};
