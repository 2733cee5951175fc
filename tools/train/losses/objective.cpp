#include "objective.h"
#include "distill.h"
#include "dpo.h"
#include "grpo.h"
#include "kto.h"
#include "pairs.h"
#include "sft.h"

namespace train {

std::unique_ptr<objective> make_objective(const options & o) {
    if (o.method == method::dpo)
        return std::make_unique<dpo>(o);
    if (o.method == method::simpo)
        return std::make_unique<pairs>(pair_options{false, o.beta, o.margin, o.nll_weight});
    if (o.method == method::orpo)
        return std::make_unique<pairs>(pair_options{true, o.beta, 0.0, 1.0});
    if (o.method == method::kto)
        return std::make_unique<kto>(kto_options{o.beta, o.desirable_weight, o.undesirable_weight});
    if (o.method == method::grpo)
        return std::make_unique<grpo>(o);
    if (o.method == method::distill)
        return std::make_unique<distill>(distill_options{o.teacher_top, o.nll_weight, !o.ref_model.empty()});
    return std::make_unique<sft>(o.all_turns ? turns::all : turns::last, o.prompt_weight);
}

} // namespace train
