// What the fused operations' custom nodes do when the graph is computed. Each runs on all threads and takes its share.
#pragma once
#include "graph.h"

namespace train {

// For finite differences, with one worker and one thread: the experts chosen by the next forward pass are kept, and chosen again by every
// one after it that replay_routes() comes before.
void record_routes();
void replay_routes();

inline float * floats(ggml_tensor * t) {
    return (float *) t->data;
}
inline const float * floats(const ggml_tensor * t) {
    return (const float *) t->data;
}

using node_function = void (*)(ggml_tensor *, int, int, void *);

void run_initial(ggml_tensor * dst, int ith, int nth, void * record);
void run_multiply(ggml_tensor * dst, int ith, int nth, void * record);
void run_multiply_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_multiply_back_weight(ggml_tensor * dst, int ith, int nth, void * record);
void run_bias_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_embed(ggml_tensor * dst, int ith, int nth, void * record);
void run_embed_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_norm(ggml_tensor * dst, int ith, int nth, void * record);
void run_norm_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_norm_back_gain(ggml_tensor * dst, int ith, int nth, void * record);
void run_attend(ggml_tensor * dst, int ith, int nth, void * record);
void run_attend_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_gated(ggml_tensor * dst, int ith, int nth, void * record);
void run_gated_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_add(ggml_tensor * dst, int ith, int nth, void * record);
void run_slice(ggml_tensor * dst, int ith, int nth, void * record);
void run_join(ggml_tensor * dst, int ith, int nth, void * record);
void run_magnify(ggml_tensor * dst, int ith, int nth, void * record);
void run_magnify_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_product(ggml_tensor * dst, int ith, int nth, void * record);
void run_convolve(ggml_tensor * dst, int ith, int nth, void * record);
void run_convolve_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_convolve_back_taps(ggml_tensor * dst, int ith, int nth, void * record);
void run_route(ggml_tensor * dst, int ith, int nth, void * record);
void run_route_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_expert_multiply(ggml_tensor * dst, int ith, int nth, void * record);
void run_expert_multiply_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_expert_multiply_back_weight(ggml_tensor * dst, int ith, int nth, void * record);
void run_mix(ggml_tensor * dst, int ith, int nth, void * record);
void run_mix_back(ggml_tensor * dst, int ith, int nth, void * record);
void run_mix_back_weights(ggml_tensor * dst, int ith, int nth, void * record);
void run_select(ggml_tensor * dst, int ith, int nth, void * record);
void run_select_back(ggml_tensor * dst, int ith, int nth, void * record);

} // namespace train
