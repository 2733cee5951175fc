#include "objective.h"
#include "distill.h"
#include "dpo.h"
#include "grpo.h"
#include "sft.h"

namespace train {

std::unique_ptr<objective> make_objective(const options & o) {
    if (o.method == method::dpo)
        return std::make_unique<dpo>(o);
    if (o.method == method::grpo)
        return std::make_unique<grpo>(o);
    if (o.method == method::distill)
        return std::make_unique<distill>(distill_options{o.teacher_top, o.nll_weight, !o.ref_model.empty()});
    return std::make_unique<sft>(o.all_turns ? turns::all : turns::last, o.prompt_weight);
}

} // namespace train
