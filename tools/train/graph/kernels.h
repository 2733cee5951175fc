// Element-wise kernels of the CPU path, over contiguous rows of floats; vectorized by the compiler for each instruction set.
#pragma once
#include <cstdint>

namespace train {

// y = x / rms(x) * gain, over rows of n
void rms_norm_rows(int64_t rows, int64_t n, float eps, const float * x, const float * gain, float * y);

// dx = d(rms_norm)/dx applied to dy, plus skip where given (the gradient that reaches x by the residual stream)
void rms_norm_back_rows(int64_t rows, int64_t n, float eps, const float * x, const float * gain, const float * dy, const float * skip,
                        float * dx);

// dgain[first..last) += sum over rows of dy * x / rms(x)
void rms_norm_back_gain(int64_t rows, int64_t n, float eps, const float * x, const float * dy, float * dgain);

// y = silu(gate) * up
void swiglu(int64_t n, const float * gate, const float * up, float * y);
void swiglu_back(int64_t n, const float * gate, const float * up, const float * dy, float * dgate, float * dup);

// y = gelu(gate) * up, gelu in its tanh form. ggml's CPU backend looks gelu up in a table of half-precision numbers; so does the forward
// pass here, because that is what is served, unless smooth_gelu is set (finite differences need a smooth function).
extern bool smooth_gelu;
void geglu(int64_t n, const float * gate, const float * up, float * y);
void geglu_back(int64_t n, const float * gate, const float * up, const float * dy, float * dgate, float * dup);

// In place: cap * tanh(scale * x / cap); cap 0: scale * x. slopes: where given, its derivative
void soft_cap(int64_t n, float scale, float cap, float * x, float * slopes);

void multiply_by(int64_t n, const float * x, float * y);                              // y *= x
void add_scaled(int64_t n, const float * a, float scale, const float * b, float * y); // y = a + scale * b, or scale * b without a
void add_to(int64_t n, const float * x, float * y);                                   // y += x
void scale_by(int64_t n, float factor, float * x);

// In place: scores -> probabilities over the first n entries, zero in [n, width)
void softmax_row(int64_t n, int64_t width, float * row);

// d becomes dL/dscores from d = dL/dprobabilities, row by row: p * (d - sum(p * d))
void softmax_back_rows(int64_t rows, int64_t n, const float * p, float * d);

// One row of logits: the log-sum-exp, the index of the largest
struct row_summary {
    float log_sum;
    int32_t largest;
};
row_summary summarize_row(int64_t n, const float * logits);

// out = coefficient * (onehot(target) - softmax(logits)): dL/dlogits for a loss with dL/dlogp(target) = coefficient
void logits_gradient_row(int64_t n, const float * logits, float log_sum, int32_t target, float coefficient, float * out);

// KL(teacher || model) of a row; the teacher: log-probs of some tokens, what is left of its mass is one bucket against the model's mass on
// all other tokens. Ids below 0 are skipped.
float divergence_of_row(const float * logits, float log_sum, int64_t width, const int32_t * ids, const float * logp);

// out += coefficient * d divergence_of_row / dlogits
void divergence_gradient_row(int64_t n, const float * logits, float log_sum, int64_t width, const int32_t * ids, const float * logp,
                             float coefficient, float * out);

// The `width` likeliest tokens of a row, falling
void likeliest_of_row(int64_t n, const float * logits, float log_sum, int64_t width, int32_t * ids, float * logp);

double sum_of_squares(int64_t n, const float * x);

// Rotates pairs of x by the angles of one position: (x[i], x[i + half]) if neox else (x[2i], x[2i + 1]). sign -1 rotates back.
void rotate_row(int64_t half, bool neox, float sign, const float * cosines, const float * sines, const float * x, float * y);

} // namespace train
