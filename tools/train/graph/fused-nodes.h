// What the fused operations' custom nodes do when the graph is computed. Each runs on all threads and takes its share.
#pragma once
#include "graph.h"

namespace train {

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
void run_select(ggml_tensor * dst, int ith, int nth, void * record);
void run_select_back(ggml_tensor * dst, int ith, int nth, void * record);

} // namespace train
