// llama-train: trains GGUF models on rows of JSONL.
#include "checks/check-gradients.h"
#include "checks/check-logits.h"
#include "run-tool.h"
#include "run/trainer.h"
#include "save/average.h"

int main(int argc, char ** argv) {
    return run_tool("llama-train", argc, argv, [](int count, char ** values) {
        const std::string first = count > 1 ? values[1] : "";
        if (first == "check-gradients")
            return train::check_gradients(train::parse_options(count - 1, values + 1));
        if (first == "check-logits")
            return train::check_logits(train::parse_options(count - 1, values + 1));
        if (first == "average")
            return train::average(count - 1, values + 1);
        return train::run_training(train::parse_options(count, values));
    });
}
