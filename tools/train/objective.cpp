#include "objective.h"
#include "bad-input.h"
#include "sft.h"

namespace train {

std::unique_ptr<objective> make_objective(const options & o) {
    if (o.method == method::sft) return std::make_unique<sft>();
    throw bad_input("dpo and grpo are being built");
}

} // namespace train
