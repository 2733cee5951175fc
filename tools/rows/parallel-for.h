// The same small work for many items, on several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

// Calls work(i) for each i below count. Thread k takes i = k, k + threads, ..., so which thread does what is fixed. work must not throw.
template <typename F>
void parallel_for(size_t count, int32_t threads, F && work) {
    const auto run = [&](size_t begin) {
        for (size_t i = begin; i < count; i += (size_t) threads) {
            work(i);
        }
    };
    std::vector<std::thread> workers;
    for (size_t t = 1; t < (size_t) threads && t < count; t++) {
        workers.emplace_back(run, t);
    }
    run(0);
    for (std::thread & worker : workers) {
        worker.join();
    }
}
