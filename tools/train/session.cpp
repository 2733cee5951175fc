#include "session.h"
#include <algorithm>

namespace train {

std::vector<const example *> pointers(const std::vector<example> & examples) {
    std::vector<const example *> all;
    for (const example & e : examples) all.push_back(&e);
    return all;
}

double total_loss(const std::vector<batch> & batches, const loss & objective) {
    double sum = 0;
    for (const batch & b : batches) sum += objective.value(b);
    return sum;
}

static int64_t longest(const dataset & set) {
    int64_t n = 1;
    for (const example & e : set.examples) for (const sequence & s : e.sequences) n = std::max(n, s.inputs());
    return n;
}

session::session(const options & o)
    : target(make_objective(o)), vocabulary(load_model({ o.model, {}, 0, true, false })), tokens(vocabulary.model.get()),
      net(read_model(o.model, true, ggml_backend_cpu_buffer_type())) {
    data = read_dataset(o.data, *target, tokens, net->hyper.context, o.strict);
    if (!o.val.empty()) val = read_dataset(o.val, *target, tokens, net->hyper.context, o.strict);
    fill_rope_table(*net, std::max(longest(data), longest(val)), rope);
    worker_options each;
    each.threads = o.threads;
    runner = std::make_unique<batch_runner>(*net, rope, o.workers, each, 1024, o.micro_batch);
}

} // namespace train
