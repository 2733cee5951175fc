// What a loss has to provide. Every loss here is a function of the log-probs of the target tokens, so its gradient enters the network as
// dL/dlogits = (dL/dlogp) * (onehot(target) - softmax(logits)); head.cpp does that for all of them. With a teacher, the loss is a function
// of the divergences KL(teacher || model) too: dL/dlogits = (dL/dKL) * (softmax(logits) - teacher).
#pragma once
#include "../data/batch.h"
#include <algorithm>

namespace train {

class loss {
  public:
    virtual ~loss() = default;

    // dL/dlogp of the targets [first, last) of the batch from their log-probs (batch.logp is filled for them; for all targets if
    // coupled()).
    virtual void coefficients(const batch & rows, int64_t first, int64_t last, float * out) const = 0;

    // dL/dKL of the same targets; called only where the batch has a teacher's distributions.
    virtual void soft_coefficients(const batch &, int64_t first, int64_t last, float * out) const {
        std::fill(out, out + (last - first), 0.0f);
    }

    // Whether a coefficient depends on other targets' log-probs (DPO): then all log-probs are computed before the first gradient.
    virtual bool coupled() const { return false; }

    // Whether the coefficients depend on no log-probability at all: a graph can then be given them before it runs.
    virtual bool known() const { return false; }

    // The batch's part of the loss, from batch.logp.
    virtual double value(const batch & rows) const = 0;
};

} // namespace train
