#include "place.h"
#include "bad-input.h"

namespace train {

place choose_place(const options & o) {
    place p;
    p.plain = o.plain;
    if (o.gpu_layers == 0)
        return p;
    p.gpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_GPU);
    if (!p.gpu)
        p.gpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_IGPU);
    if (!p.gpu)
        throw bad_input("no GPU was found, leave --n-gpu-layers out to train on the CPU");
    p.plain = true;
    return p;
}

} // namespace train
