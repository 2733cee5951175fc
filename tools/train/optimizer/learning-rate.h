// The optimizer's settings and the learning rate they give each step.
#pragma once
#include <cstdint>

namespace train {

enum class schedule { cosine, linear, constant };

struct optimizer_options {
    double rate = 1e-3;
    int64_t warmup = 0; // steps of linear rise
    schedule shape = schedule::cosine;
    double min_ratio = 0.0; // what the schedule falls to, as a part of rate
    double weight_decay = 0.0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double clip = 1.0;    // largest global norm; 0: none
    double average = 0.0; // decay of the weights' exponential moving average; 0: none
};

// step counts from 1
double learning_rate(const optimizer_options & o, int64_t step, int64_t steps);

} // namespace train
