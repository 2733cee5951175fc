// llama-train: trains GGUF models on rows of JSONL.
#include "check-gradients.h"
#include "run-tool.h"
#include "trainer.h"

int main(int argc, char ** argv) {
    return run_tool("llama-train", argc, argv, [](int count, char ** values) { 
        const bool check = count > 1 && std::string(values[1]) == "check-gradients";
        if (!check) return train::run_training(train::parse_options(count, values));
        return train::check_gradients(train::parse_options(count - 1, values + 1));
    });
}
