// llama-sample: offline batch sampling from a GGUF model, JSONL in, JSONL out.

#include "arguments.h"
#include "atomic-file.h"
#include "bad-input.h"
#include "choose-token.h"
#include "interrupted.h"
#include "load-model.h"
#include "progress.h"
#include "run-tool.h"
#include "sample-batch.h"

#include <algorithm>
#include <fstream>
#include <sstream>

static const char * about =
    "Samples completions for many prompts at once, as fast as the engine decodes.\n"
    "Rows in:  {\"id\", \"prompt\": text} or {\"id\", \"messages\": [..], \"template_args\": {..}}, and \"prefix_tokens\": ids that follow "
    "the prompt;\n"
    "          optional in each row: n or seeds, temperature, top_k, top_p, min_p, repeat_penalty, presence_penalty, frequency_penalty,\n"
    "          max_tokens, stop, grammar (GBNF text), reasoning_budget (most tokens in the reasoning block, which is then closed).\n"
    "Rows out: {\"id\", \"index\", \"text\", \"finish\": stop|length|grammar|context|vocabulary, \"prompt_tokens\", "
    "\"completion_tokens\",\n"
    "          \"prompt_text\" (as rendered), \"ids\" (as generated, the end token included), \"cut_ids\" (those of a stop "
    "string),\n"
    "          \"forced\": [[first, end)..] (tokens that were given, not drawn), \"opened\": true when the prompt leaves the reasoning "
    "block\n"
    "          open, \"reasoning_marks\", \"seconds\"}, with --logprobs also \"prompt\" (ids) and \"logprobs\" of ids and cut_ids "
    "(of the\n"
    "          model itself: temperature 1, no truncation).\n"
    "With --data - a blank line ends a batch; its rows are written as they finish, then {\"batch_done\": rows}, and the next batch starts "
    "from "
    "a clean state.";

struct options {
    model_options model;
    batch_options batch;
    sampling defaults;
    uint32_t seed = 0;
    std::string data;
    std::string out = "-";
    std::string progress = "auto";
    std::string grammar_file;
    std::string date;
};

static std::string read_text(const std::string & path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw bad_input(path + ": cannot read the grammar");
    }
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

static options parse(int argc, char ** argv) {
    options o;
    arguments args("llama-sample", "-m model.gguf --data prompts.jsonl --out completions.jsonl -np 32 -t 4 --seed 1 --temp 0.7", about);
    add_model_flags(args, o.model);
    args.value("--data", "FILE|-", o.data, "rows to sample for");
    args.output("--out", "FILE|-", o.out, "where completions go; a file appears whole, in the order of the input");
    args.value("-np, --parallel", "N", o.batch.slots,
               "sequences decoded together; a thread takes 8 of them with models up to 5M parameters, 32 up to 50M");
    args.value("-t, --threads", "N", o.batch.threads, "threads, 0: all cores; they change the speed, not the tokens");
    args.value("-c, --ctx-size", "N", o.batch.context, "most tokens of prompt and completion together, per sequence");
    args.value("-b, --batch-size", "N", o.batch.batch, "most tokens decoded together");
    args.value("-s, --seed", "N", o.seed, "with the row's id and the sample's index it gives each sample's seed");
    args.value("--temp", "T", o.defaults.temperature, "temperature, 0: greedy");
    args.value("--top-k", "N", o.defaults.top_k, "keep the N likeliest tokens, 0: all");
    args.value("--top-p", "P", o.defaults.top_p, "keep the likeliest tokens that make up P");
    args.value("--min-p", "P", o.defaults.min_p, "keep tokens at least P times as likely as the likeliest");
    args.value("--repeat-penalty", "X", o.defaults.repeat_penalty, "divides the logits of the last 64 tokens, 1: off");
    args.value("-n, --max-tokens", "N", o.defaults.max_tokens, "most tokens per completion");
    args.value("--stop", "TEXT", o.defaults.stop, "ends a completion, not part of its text; may be repeated");
    args.value("--grammar", "FILE", o.grammar_file, "GBNF grammar that completions follow");
    args.flag("--logprobs", o.batch.logprobs, "write the prompt's tokens, and log-probabilities of the completion's");
    args.flag("--render", o.model.vocab_only, "write the prompts as they would be sampled from, text and ids, without reading weights");
    args.value("--date", "YYYY-MM-DD", o.date, "what chat templates that ask for today's date are told");
    args.value("--lookup", "N", o.batch.lookup,
               "guess up to N tokens ahead from what stands in prompt and completion; faster for texts that repeat, the same tokens");
    args.value("--cache-type", "f16|q8_0", o.batch.cache_type, "of keys and values: q8_0 halves their memory, texts differ a little");
    args.value("--progress", "auto|none", o.progress, "bar on stderr");
    args.parse(argc, argv);
    args.require("-m", o.model.path);
    args.require("--data", o.data);
    if (o.batch.slots < 1 || o.batch.slots > (int32_t) llama_max_parallel_sequences()) {
        throw bad_input("-np must be from 1 to " + std::to_string(llama_max_parallel_sequences()));
    }
    if (o.batch.threads < 0 || o.batch.context < 1 || o.batch.batch < 1 || o.defaults.max_tokens < 1) {
        throw bad_input("-t must be at least 0, and -c, -b and -n at least 1");
    }
    if (o.batch.lookup < 0 || o.batch.lookup > 64) {
        throw bad_input("--lookup must be from 0 to 64");
    }
    const sampling & s = o.defaults;
    if (s.temperature < 0 || s.top_k < 0 || s.top_p < 0 || s.top_p > 1 || s.min_p < 0 || s.min_p > 1 || s.repeat_penalty <= 0) {
        throw bad_input("--temp and --top-k must be at least 0, --top-p and --min-p from 0 to 1, --repeat-penalty above 0");
    }
    if (!o.grammar_file.empty()) {
        o.defaults.grammar = read_text(o.grammar_file);
    }
    return o;
}

struct sampler_tool {
    const options & o;
    loaded_model loaded;
    row_tokens tokens;
    grammar_cache grammars;

    explicit sampler_tool(const options & o) :
        o(o), loaded(load_model(o.model)), tokens(loaded.model.get(), o.date), grammars(tokens.vocab().vocab) {}

    request read(const json_row & row, size_t number) {
        request r = read_request(row, tokens, o.defaults, o.seed, number);
        if (!r.settings.grammar.empty()) {
            try {
                llama_sampler_free(grammars.clone(r.settings.grammar));
            } catch (const bad_input & e) {
                throw bad_row(row.file, row.line, e.what());
            }
        }
        return r;
    }

    void run(const std::vector<request> & requests, const std::function<void(const completion &)> & done) {
        size_t total = 0;
        for (const request & r : requests) {
            total += r.seeds.size();
        }
        progress bar("samples", total, o.progress);
        size_t finished = 0, drawn = 0;
        const int64_t begin = ggml_time_us();
        sample_batch(loaded, tokens, o.batch, requests, [&](const completion & sample) {
            done(sample);
            drawn += sample.tokens.size();
            bar.update(++finished, std::to_string((long) ((double) drawn * 1e6 / (double) (ggml_time_us() - begin + 1))) + " tok/s");
        });
    }
};

// One file in, one file out: rows in the order of the input.
static void sample_file(sampler_tool & tool) {
    const options & o = tool.o;
    std::vector<request> requests;
    for (const json_row & row : read_rows(o.data)) {
        requests.push_back(tool.read(row, requests.size()));
    }
    atomic_file out(o.out);
    std::vector<completion> finished;
    tool.run(requests, [&](const completion & sample) {
        if (o.out == "-") {
            out.write(completion_line(sample, requests[sample.request], tool.tokens, o.batch.logprobs));
        } else {
            finished.push_back(sample);
        }
    });
    if (interrupted()) {
        return;
    }
    std::sort(finished.begin(), finished.end(), [](const completion & a, const completion & b) {
        return a.request != b.request ? a.request < b.request : a.index < b.index;
    });
    for (const completion & sample : finished) {
        out.write(completion_line(sample, requests[sample.request], tool.tokens, o.batch.logprobs));
    }
    out.commit();
}

// Batches from stdin, each ended by a blank line or the end of the input; completions are written as they finish.
static void sample_stdin(sampler_tool & tool) {
    const options & o = tool.o;
    jsonl_reader reader("-");
    atomic_file out(o.out);
    std::vector<request> requests;
    json_row row;
    for (jsonl_reader::result got = jsonl_reader::result::row; got != jsonl_reader::result::end && !interrupted();) {
        got = reader.next(row);
        if (got == jsonl_reader::result::row) {
            requests.push_back(tool.read(row, requests.size()));
        } else if (got == jsonl_reader::result::blank || !requests.empty()) {
            size_t rows = 0; // an empty batch is answered too: a caller learns that the model is loaded
            tool.run(requests, [&](const completion & sample) {
                rows++;
                out.write(completion_line(sample, requests[sample.request], tool.tokens, o.batch.logprobs));
            });
            if (!interrupted()) {
                out.write("{\"batch_done\":" + std::to_string(rows) + "}\n");
            }
            requests.clear();
        }
    }
    if (!interrupted()) {
        out.commit();
    }
}

// What the model would be shown; a row that cannot be rendered is told apart, as a line.
static void render(const options & o) {
    const loaded_model loaded = load_model(o.model);
    const row_tokens tokens(loaded.model.get(), o.date);
    atomic_file out(o.out);
    size_t number = 0;
    for (const json_row & row : read_rows(o.data)) {
        try {
            out.write(prompt_line(read_request(row, tokens, o.defaults, o.seed, number++), tokens));
        } catch (const bad_input & e) {
            out.write(refused_line(row, number - 1, e.what()));
        }
    }
    out.commit();
}

int main(int argc, char ** argv) {
    return run_tool("llama-sample", argc, argv, [](int count, char ** values) {
        const options o = parse(count, values);
        if (o.model.vocab_only) {
            render(o);
            return 0;
        }
        sampler_tool tool(o);
        o.data == "-" ? sample_stdin(tool) : sample_file(tool);
        return 0;
    });
}
