#include "attend.h"

#include "ggml.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

struct attention_scratch {
    std::vector<int64_t> cells; // that a token sees
    std::vector<float> biases;  // what the mask adds to each
    std::vector<float> scores;

    float * scores_for(int64_t heads, int64_t seen) {
        scores.resize((size_t) std::max<int64_t>(1, heads * seen));
        return scores.data();
    }
};

// A node's numbers; what a step is far by is in bytes.
struct attention {
    const char *queries, *keys, *values, *mask;
    float * out;
    float scale;
    int64_t tokens, heads, key_heads, cells, key_size, value_size;
    int64_t query_token, query_head, key_cell, key_head, value_cell, value_head, mask_token;

    int64_t find_cells(int64_t token, attention_scratch & scratch) const {
        const ggml_fp16_t hidden = 0xfc00; // minus infinity
        const ggml_fp16_t * row = mask ? (const ggml_fp16_t *) (mask + token * mask_token) : nullptr;
        scratch.cells.clear();
        scratch.biases.clear();
        for (int64_t c = 0; c < cells; c++) {
            if (row && c % 4 == 0 && c + 4 <= cells) {
                uint64_t four;
                std::memcpy(&four, row + c, sizeof(four));
                if (four == 0xfc00fc00fc00fc00ull) {
                    c += 3;
                    continue;
                }
            }
            if (!row || row[c] != hidden) {
                scratch.cells.push_back(c);
                scratch.biases.push_back(row ? ggml_fp16_to_fp32(row[c]) : 0.0f);
            }
        }
        return (int64_t) scratch.cells.size();
    }
};

// Soft max.
static void to_shares(float * scores, int64_t count) {
    if (count == 0) {
        return;
    }
    const float top = *std::max_element(scores, scores + count);
    float sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += scores[i] = std::exp(scores[i] - top);
    }
    for (int64_t i = 0; i < count; i++) {
        scores[i] /= sum;
    }
}

#define ATTEND attend_portable
#define TARGET
#define V float
#define WIDTH 1
#define HALVES(p) ggml_fp16_to_fp32(*(p))
#define SUM(v) (v)
#include "attend-tokens.h"

#if defined(__x86_64__)
__attribute__((target("avx2,fma,f16c"))) static float sum_of_8(__m256 v) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

#define ATTEND attend_avx2
#define TARGET __attribute__((target("avx2,fma,f16c")))
#define V __m256
#define WIDTH 8
#define HALVES(p) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *) (p)))
#define SUM(v) sum_of_8(v)
#include "attend-tokens.h"

#define ATTEND attend_avx512
#define TARGET __attribute__((target("avx512f,fma,f16c")))
#define V __m512
#define WIDTH 16
#define HALVES(p) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *) (p)))
#define SUM(v) _mm512_reduce_add_ps(v)
#include "attend-tokens.h"
#endif

static void (*choose_attention(int64_t step))(const attention &, attention_scratch &) {
#if defined(__x86_64__)
    if (step % 16 == 0 && __builtin_cpu_supports("avx512f")) {
        return attend_avx512;
    }
    if (step % 8 == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c")) {
        return attend_avx2;
    }
#endif
    return attend_portable;
}

static float parameter(const ggml_tensor * node, int index) {
    float value;
    std::memcpy(&value, node->op_params + index, sizeof(value));
    return value;
}

// From so many tokens on most of them are prompts, whose tokens see the same cells: libllama's own takes many of them at once.
static const int64_t most_tokens = 128;

bool can_attend(const ggml_tensor * node) {
    if (node->op != GGML_OP_FLASH_ATTN_EXT || parameter(node, 1) != 0 || parameter(node, 2) != 0 || node->src[4]) {
        return false;
    }
    const ggml_tensor *q = node->src[0], *k = node->src[1], *v = node->src[2], *mask = node->src[3];
    return q->type == GGML_TYPE_F32 && k->type == GGML_TYPE_F16 && v->type == GGML_TYPE_F16 && (!mask || mask->type == GGML_TYPE_F16) &&
           q->ne[1] < most_tokens && q->ne[3] == 1 && k->ne[3] == 1 && k->ne[2] == v->ne[2] && q->ne[2] % k->ne[2] == 0 &&
           (!mask || mask->ne[2] == 1) && q->nb[0] == sizeof(float) && k->nb[0] == sizeof(ggml_fp16_t) && v->nb[0] == sizeof(ggml_fp16_t) &&
           ggml_is_contiguous(node);
}

void attend(ggml_tensor * node) {
    const ggml_tensor *q = node->src[0], *k = node->src[1], *v = node->src[2], *mask = node->src[3];
    attention a = {};
    a.queries = (const char *) q->data;
    a.keys = (const char *) k->data;
    a.values = (const char *) v->data;
    a.mask = mask ? (const char *) mask->data : nullptr;
    a.out = (float *) node->data;
    a.scale = parameter(node, 0);
    a.tokens = q->ne[1];
    a.heads = q->ne[2];
    a.key_heads = k->ne[2];
    a.cells = k->ne[1];
    a.key_size = k->ne[0];
    a.value_size = v->ne[0];
    a.query_token = (int64_t) q->nb[1];
    a.query_head = (int64_t) q->nb[2];
    a.key_cell = (int64_t) k->nb[1];
    a.key_head = (int64_t) k->nb[2];
    a.value_cell = (int64_t) v->nb[1];
    a.value_head = (int64_t) v->nb[2];
    a.mask_token = mask ? (int64_t) mask->nb[1] : 0;
    static thread_local attention_scratch scratch;
    choose_attention(a.key_size | a.value_size)(a, scratch);
}
