#include "lookup-draft.h"

#include <algorithm>

token_ids lookup_draft(const token_ids & prompt, const token_ids & completion, size_t most) {
    const size_t length = prompt.size() + completion.size();
    const auto at = [&](size_t i) { return i < prompt.size() ? prompt[i] : completion[i - prompt.size()]; };
    token_ids draft;
    for (size_t n = 3; n >= 2 && draft.empty() && most > 0; n--) {
        if (length <= n) {
            continue;
        }
        for (size_t start = length - n; start-- > 0;) {
            size_t same = 0;
            while (same < n && at(start + same) == at(length - n + same)) {
                same++;
            }
            if (same == n) {
                for (size_t i = start + n; i < std::min(length, start + n + most); i++) {
                    draft.push_back(at(i));
                }
                break;
            }
        }
    }
    return draft;
}
