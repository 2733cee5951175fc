// The two operations of a short convolution, each recording on the tape how its gradient flows back.
#include "transformer.h"

namespace train {

ggml_tensor * transformer::product(ggml_tensor * a, ggml_tensor * b) {
    ggml_tensor * y = derive(ops.product(a, b), {a, b});
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy || !wants_gradient(y))
            return;
        gradients[a] = ops.product(dy, b);
        gradients[b] = ops.product(dy, a);
    });
    return y;
}

ggml_tensor * transformer::convolve(ggml_tensor * x, ggml_tensor * taps) {
    ggml_tensor * y = ops.convolve(x, taps);
    if (!leaf(taps))
        derive(y, {x});
    record([=] {
        ggml_tensor * dy = gradient(y);
        if (!dy || !wants_gradient(y))
            return;
        if (ggml_tensor * d = leaf(taps))
            ops.convolve_back_taps(d, x, dy);
        if (wants_gradient(x))
            gradients[x] = ops.convolve_back(taps, dy);
    });
    return y;
}

} // namespace train
