// The body of attend(), read once for each instruction set by attend.cpp, which defines: ATTEND (the function's name), TARGET (its
// attribute), V (a vector of floats), WIDTH (how many), HALVES(p) (as many F16 values at p, widened), SUM(v) (of a vector).

TARGET static void ATTEND(const attention & a, attention_scratch & scratch) {
    const int64_t group = a.heads / a.key_heads;
    for (int64_t t = 0; t < a.tokens; t++) {
        const int64_t seen = a.find_cells(t, scratch);
        float * out = a.out + t * a.heads * a.value_size;
        float * scores = scratch.scores_for(a.heads, seen);
        for (int64_t i = 0; i < seen; i++) {
            const char * cell = a.keys + scratch.cells[(size_t) i] * a.key_cell;
            if (i + 1 < seen) {
                __builtin_prefetch(a.keys + scratch.cells[(size_t) i + 1] * a.key_cell);
            }
            for (int64_t h = 0; h < a.heads; h++) {
                const ggml_fp16_t * key = (const ggml_fp16_t *) (cell + h / group * a.key_head);
                const float * query = (const float *) (a.queries + t * a.query_token + h * a.query_head);
                V sum = {};
                for (int64_t d = 0; d < a.key_size; d += WIDTH) {
                    V q;
                    std::memcpy(&q, query + d, sizeof(V));
                    sum += q * HALVES(key + d);
                }
                scores[h * seen + i] = SUM(sum) * a.scale + scratch.biases[(size_t) i];
            }
        }
        for (int64_t h = 0; h < a.heads; h++) {
            to_shares(scores + h * seen, seen);
        }
        std::memset(out, 0, (size_t) (a.heads * a.value_size) * sizeof(float));
        for (int64_t i = 0; i < seen; i++) {
            const char * cell = a.values + scratch.cells[(size_t) i] * a.value_cell;
            if (i + 1 < seen) {
                __builtin_prefetch(a.values + scratch.cells[(size_t) i + 1] * a.value_cell);
            }
            for (int64_t h = 0; h < a.heads; h++) {
                const ggml_fp16_t * value = (const ggml_fp16_t *) (cell + h / group * a.value_head);
                const float share = scores[h * seen + i];
                float * sum = out + h * a.value_size;
                for (int64_t d = 0; d < a.value_size; d += WIDTH) {
                    V s;
                    std::memcpy(&s, sum + d, sizeof(V));
                    s += share * HALVES(value + d);
                    std::memcpy(sum + d, &s, sizeof(V));
                }
            }
        }
    }
}
#undef ATTEND
#undef TARGET
#undef V
#undef WIDTH
#undef HALVES
#undef SUM
