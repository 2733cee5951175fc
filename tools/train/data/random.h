// Seeded random numbers that are the same on every platform (the standard library's distributions are not).
// splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
#pragma once
#include <cmath>
#include <cstdint>

namespace train {

class random_stream {
  public:
    explicit random_stream(uint64_t seed) : state(seed) {}

    uint64_t next() {
        uint64_t z = (state += 0x9e3779b97f4a7c15ull);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return z ^ (z >> 31);
    }
    uint64_t below(uint64_t n) { return next() % n; }                         // n is tiny against 2^64: the bias is below 1e-12
    double uniform() { return (double) (next() >> 11) / 9007199254740992.0; } // [0, 1)
    double normal() { return std::sqrt(-2.0 * std::log(1.0 - uniform())) * std::cos(6.283185307179586 * uniform()); } // Box-Muller

  private:
    uint64_t state;
};

} // namespace train
