#include "objective.h"
#include "dpo.h"
#include "grpo.h"
#include "sft.h"

namespace train {

std::unique_ptr<objective> make_objective(const options & o) {
    if (o.method == method::dpo)
        return std::make_unique<dpo>(o);
    if (o.method == method::grpo)
        return std::make_unique<grpo>(o);
    return std::make_unique<sft>();
}

} // namespace train
