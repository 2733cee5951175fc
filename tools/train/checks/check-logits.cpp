#include "check-logits.h"
#include "../run/session.h"
#include "bad-input.h"
#include "served.h"
#include <cmath>

namespace train {

int check_logits(const options & o) {
    session s(o);
    served reference(o, *s.net, s.longest);

    double difference = 0, largest = 0, logp_sum = 0, logp_largest = 0;
    int64_t tokens = 0;
    const int64_t n = s.net->hyper.vocabulary;
    for (const example & e : s.data.examples) {
        batch rows = make_batch({&e}, s.place.plain);
        std::vector<float> ours, theirs;
        s.runner->workers[0]->evaluate(rows, &ours);
        for (const sequence & q : e.sequences) {
            const auto part = reference.logits(q);
            theirs.insert(theirs.end(), part.begin(), part.end());
        }
        for (size_t i = 0; i < ours.size(); i++) {
            difference = std::max(difference, (double) std::fabs(ours[i] - theirs[i]));
            largest = std::max(largest, (double) std::fabs(theirs[i]));
        }
        for (size_t r = 0; r < rows.targets.size(); r++, tokens++) {
            const double d = std::fabs(rows.logp[r] - logp_at(theirs.data() + r * n, n, rows.targets[r]));
            logp_sum += d;
            logp_largest = std::max(logp_largest, d);
        }
    }
    const json line = {{"rows", s.data.examples.size()},
                       {"largest_difference", difference},
                       {"largest_logit", largest},
                       {"tokens", tokens},
                       {"mean_logp_difference", logp_sum / (double) std::max<int64_t>(1, tokens)},
                       {"largest_logp_difference", logp_largest}};
    printf("%s\n", line.dump().c_str());
    return 0;
}

} // namespace train
