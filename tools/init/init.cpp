// llama-init: a GGUF model with random weights from a JSON description, to be trained from scratch or to test with.
#include "../train/families/family.h"
#include "arguments.h"
#include "bad-input.h"
#include "init-model.h"
#include "read-spec.h"
#include "run-tool.h"

int main(int argc, char ** argv) {
    return run_tool("llama-init", argc, argv, [](int count, char ** values) {
        std::string spec, out, type = "F32", architecture;
        int32_t seed = 1, parts = 1;
        arguments args("llama-init", "--spec spec.json --seed 1 --out model.gguf",
                       ("Writes a GGUF model with random weights and the tokenizer that the description names. Architectures: " +
                        train::known_architectures())
                           .c_str());
        args.value("--spec", "FILE", spec,
                   "JSON: architecture, context_length, embedding_length, block_count, feed_forward_length, head_count, head_count_kv, "
                   "head_dim, rms_eps, rope_freq_base, nope, tied_embeddings, tokenizer, chat_template; keys: "
                   "{\"attention.sliding_window\": 8, ...}; "
                   "init: {embedding, head (deviations), matrix (a factor), gain, gain_deviation, bias_deviation}; biases, fused_qkv, "
                   "rope_factors, long_factors, short_factors");
        args.value("--arch", "NAME", architecture, "instead of the description's architecture");
        args.value("--seed", "N", seed, "seed of the weights");
        args.output("--out", "FILE", out, "the model to write");
        args.value("--parts", "N", parts, "write a split model of so many files; --out is the first, NAME-00001-of-0000N.gguf");
        args.value("--type", "TYPE", type, "storage type of the matrices: F32, F16, BF16, Q8_0, Q4_K, ...");
        args.parse(count, values);
        args.require("--spec", spec);
        args.require("--out", out);
        init_model(read_spec(spec, architecture), (uint64_t) seed, type, out, parts);
        return 0;
    });
}
