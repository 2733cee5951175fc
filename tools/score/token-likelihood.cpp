#include "token-likelihood.h"

#include <algorithm>
#include <cmath>

// With m = max l and S = sum exp(l - m): log p = l - m - log S, and H = log S - sum (l - m) exp(l - m) / S.
token_likelihood likelihood_of(const float * logits, int32_t size, int32_t token) {
    const float * top = std::max_element(logits, logits + size);
    double total = 0, weighted = 0;
    for (int32_t i = 0; i < size; i++) {
        const float below = logits[i] - *top;
        const float p = std::exp(below);
        total += p;
        if (p > 0) { // a masked logit of -inf adds nothing, and -inf * 0 is no number
            weighted += (double) below * p;
        }
    }
    const double log_total = std::log(total);
    return {(float) ((double) logits[token] - *top - log_total), (float) (log_total - weighted / total), top - logits == token,
            (int32_t) (top - logits)};
}
