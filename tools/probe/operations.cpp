#include "operations.h"

#include <cmath>

using inputs = std::vector<ggml_tensor *>;

// Sizes as in a layer of a small model: rows that no kernel's tile divides, and more than one block of any quantized type.
constexpr int64_t width = 512, rows = 77, head = 64, heads = 4, tokens = 33;

// Half precision and TF32 have 10 bits of mantissa: 5e-4 is what upstream's own tests allow a product, too.
constexpr double product = 5e-4, exact = 1e-6;

static ggml_tensor * input(ggml_context * c, inputs & in, ggml_type type, int64_t a, int64_t b = 1, int64_t d = 1, int64_t e = 1) {
    in.push_back(ggml_new_tensor_4d(c, type, a, b, d, e));
    return in.back();
}

static operation multiply(const char * name, ggml_type type, int64_t columns) {
    return {name, product, [type, columns](ggml_context * c, inputs & in) {
                ggml_tensor * weights = input(c, in, type, width, rows);
                return ggml_mul_mat(c, weights, input(c, in, GGML_TYPE_F32, width, columns));
            }};
}

static ggml_tensor * attention(ggml_context * c, inputs & in) {
    ggml_tensor * q = input(c, in, GGML_TYPE_F32, head, tokens, heads);
    ggml_tensor * k = input(c, in, GGML_TYPE_F16, head, 256, heads);
    ggml_tensor * v = input(c, in, GGML_TYPE_F16, head, 256, heads);
    return ggml_flash_attn_ext(c, q, k, v, nullptr, 1.0f / std::sqrt((float) head), 0, 0);
}

static ggml_tensor * rope(ggml_context * c, inputs & in) {
    ggml_tensor * x = input(c, in, GGML_TYPE_F32, head, heads, tokens);
    ggml_tensor * positions = input(c, in, GGML_TYPE_I32, tokens);
    return ggml_rope_ext(c, x, positions, nullptr, head, GGML_ROPE_TYPE_NEOX, 4096, 10000, 1, 0, 1, 32, 1);
}

static ggml_tensor * adamw(ggml_context * c, inputs & in) {
    ggml_tensor * weights = input(c, in, GGML_TYPE_F32, width, rows);
    ggml_set_param(weights);
    ggml_tensor * gradient = input(c, in, GGML_TYPE_F32, width, rows);
    ggml_tensor * first = input(c, in, GGML_TYPE_F32, width, rows);
    ggml_tensor * second = input(c, in, GGML_TYPE_F32, width, rows);
    return ggml_opt_step_adamw(c, weights, gradient, first, second, input(c, in, GGML_TYPE_F32, 7));
}

const std::vector<operation> & operations() {
    static const std::vector<operation> all = {
        multiply("multiply F32", GGML_TYPE_F32, 65),
        multiply("multiply F16", GGML_TYPE_F16, 65),
        multiply("multiply Q8_0", GGML_TYPE_Q8_0, 65),
        multiply("multiply Q4_K", GGML_TYPE_Q4_K, 65),
        multiply("multiply a vector by Q8_0", GGML_TYPE_Q8_0, 1),
        multiply("multiply a vector by Q4_K", GGML_TYPE_Q4_K, 1),
        {"RMS norm", exact,
         [](ggml_context * c, inputs & in) { return ggml_rms_norm(c, input(c, in, GGML_TYPE_F32, width, rows), 1e-6f); }},
        {"RoPE", exact, rope},
        {"soft max", exact, [](ggml_context * c, inputs & in) { return ggml_soft_max(c, input(c, in, GGML_TYPE_F32, width, rows)); }},
        {"flash attention", product, attention},
        {"get rows", exact,
         [](ggml_context * c, inputs & in) {
             ggml_tensor * table = input(c, in, GGML_TYPE_F32, width, rows);
             return ggml_get_rows(c, table, input(c, in, GGML_TYPE_I32, tokens));
         }},
        {"outer product", product,
         [](ggml_context * c, inputs & in) {
             ggml_tensor * a = input(c, in, GGML_TYPE_F32, width, tokens);
             return ggml_out_prod(c, a, input(c, in, GGML_TYPE_F32, rows, tokens));
         }},
        {"soft max backward", exact,
         [](ggml_context * c, inputs & in) {
             ggml_tensor * gradient = input(c, in, GGML_TYPE_F32, width, rows);
             return ggml_soft_max_ext_back(c, gradient, input(c, in, GGML_TYPE_F32, width, rows), 1, 0);
         }},
        {"RMS norm backward", exact,
         [](ggml_context * c, inputs & in) {
             ggml_tensor * gradient = input(c, in, GGML_TYPE_F32, width, rows);
             return ggml_rms_norm_back(c, gradient, input(c, in, GGML_TYPE_F32, width, rows), 1e-6f);
         }},
        {"AdamW step", exact, adamw},
    };
    return all;
}
