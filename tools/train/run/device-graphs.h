// The graphs that a worker has on a device, kept with their memory by the shape of what they compute: a micro-batch of a known shape is
// neither built, divided between device and CPU, nor given memory again. Nor does one graph take the memory of another that grew: Mesa's
// software device (22.3) binds descriptors of buffers that are gone, and dies of them.
#pragma once
#include "../graph/device-head.h"
#include "../graph/graph.h"
#include "ggml-backend.h"
#include <list>
#include <memory>

namespace train {

struct scheduler_deleter {
    void operator()(ggml_backend_sched_t p) const { ggml_backend_sched_free(p); }
};
using scheduler_ptr = std::unique_ptr<ggml_backend_sched, scheduler_deleter>;

class device_graphs {
  public:
    // room: bytes of the device to be left free when a graph is added; others are given up for it, those unused for longest first
    device_graphs(const model & m, const rope_tables & rope, std::vector<ggml_backend_t> backends, int64_t room);

    struct how {
        int64_t chunk;
        bool checkpoint;
    };
    // Fills rows.logp and rows.greedy. Where the rows hold coefficients, gradients are added to the leaves.
    void compute(batch & rows, const how & how, const gradient_of & leaf);

    void clear(); // gives the memory back
    int64_t memory() const { return most_memory; } // bytes of the device that the largest took
    int64_t count_built() const { return built; }

  private:
    struct shape {
        int64_t row_length, tokens, targets;
        bool shares_rows, trains;
        bool operator==(const shape & o) const {
            return row_length == o.row_length && tokens == o.tokens && targets == o.targets && shares_rows == o.shares_rows &&
                   trains == o.trains;
        }
    };
    struct kept {
        shape of;
        graph nodes;
        device_head_results results;
        scheduler_ptr scheduler;
    };
    kept & find(const shape & of, const batch & rows, const how & how, const gradient_of & leaf);
    void give_memory(kept & k);

    const model & m;
    const rope_tables & rope;
    std::vector<ggml_backend_t> backends; // the device's, the CPU's
    int64_t room, most_memory = 0, built = 0;
    std::list<kept> all; // last used first
};

} // namespace train
