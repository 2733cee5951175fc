// llama-score: likelihoods of given answers under a GGUF model, JSONL in, JSONL out.

#include "arguments.h"
#include "atomic-file.h"
#include "bad-input.h"
#include "interrupted.h"
#include "load-model.h"
#include "progress.h"
#include "run-tool.h"
#include "score-batch.h"

static const char * about =
    "Scores answers: how likely the model finds each, given its prompt. The answer's end token is part of it.\n"
    "Rows in:  {\"id\", \"prompt\": text or messages, \"response\": text} or {\"id\", \"messages\": [.., the "
    "assistant's turn]}, \"template_args\": {..} optional;\n"
    "          \"completion_ids\": the answer as token ids, instead of text.\n"
    "Rows out: {\"id\", \"log_likelihood\", \"mean_log_likelihood\" (natural log), \"perplexity\", \"tokens\", "
    "\"entropy\" (mean, nats), \"greedy_match\"}, in the order of\n"
    "          the input, with --logprobs also \"prompt\" and \"completion\" (token ids), \"logprobs\" and \"top\" (the likeliest "
    "token in each place); or "
    "{\"id\", \"error\": context|vocabulary|prompt} for what cannot be scored.\n"
    "With --data - a blank line ends a batch; its rows are written, then {\"batch_done\": rows}.";

struct options {
    model_options model;
    score_options batch;
    std::string data;
    std::string out = "-";
    std::string progress = "auto";
    std::string date;
    bool logprobs = false;
};

static options parse(int argc, char ** argv) {
    options o;
    arguments args("llama-score", "-m model.gguf --data rows.jsonl --out scores.jsonl", about);
    add_model_flags(args, o.model);
    args.value("--data", "FILE|-", o.data, "rows to score");
    args.output("--out", "FILE|-", o.out, "where scores go; a file appears whole");
    args.value("-np, --parallel", "N", o.batch.slots, "most rows decoded together");
    args.value("-t, --threads", "N", o.batch.threads, "threads, 0: all cores; they change the speed, not the scores");
    args.value("-c, --ctx-size", "N", o.batch.context, "most tokens of a row");
    args.value("-b, --batch-size", "N", o.batch.batch, "most tokens decoded together");
    args.flag("--render", o.model.vocab_only,
              "write prompts and answers as they would be scored and trained, text and ids, without reading weights");
    args.value("--date", "YYYY-MM-DD", o.date, "what chat templates that ask for today's date are told");
    args.flag("--logprobs", o.logprobs, "write the tokens, and the answer's log-probabilities");
    args.value("--progress", "auto|none", o.progress, "bar on stderr");
    args.parse(argc, argv);
    args.require("-m", o.model.path);
    args.require("--data", o.data);
    if (o.batch.slots < 1 || o.batch.slots > (int32_t) llama_max_parallel_sequences()) {
        throw bad_input("-np must be from 1 to " + std::to_string(llama_max_parallel_sequences()));
    }
    if (o.batch.threads < 0 || o.batch.context < 2 || o.batch.batch < 1) {
        throw bad_input("-t must be at least 0, -c at least 2 and -b at least 1");
    }
    return o;
}

// Reads batches (a file is one), scores and writes them.
static void score(const options & o) {
    const loaded_model loaded = load_model(o.model);
    const row_tokens tokens(loaded.model.get(), o.date);
    jsonl_reader reader(o.data);
    atomic_file out(o.out);
    std::vector<score_row> rows;
    size_t total = 0;
    json_row row;
    for (jsonl_reader::result got = jsonl_reader::result::row; got != jsonl_reader::result::end && !interrupted();) {
        got = reader.next(row);
        if (got == jsonl_reader::result::row) {
            rows.push_back(read_score_row(row, tokens, rows.size()));
            total++;
            continue;
        }
        const bool asked =
            got == jsonl_reader::result::blank && o.data == "-"; // an empty batch is answered too: a caller learns that the model is loaded
        if (!asked && (got == jsonl_reader::result::blank || rows.empty())) {
            continue;
        }
        progress bar("rows", rows.size(), o.progress);
        size_t finished = 0;
        score_batch(loaded, o.batch, rows, [&](size_t count) { bar.update(finished += count); });
        if (interrupted()) {
            return;
        }
        for (const score_row & scored : rows) {
            out.write(score_line(scored, o.logprobs));
        }
        if (o.data == "-") {
            out.write("{\"batch_done\":" + std::to_string(rows.size()) + "}\n");
        }
        rows.clear();
    }
    if (total == 0 && o.data != "-") {
        throw bad_input(reader.name() + ": no rows, nothing to do");
    }
    if (!interrupted()) {
        out.commit();
    }
}

// What the model would be asked to have written; a row that cannot be rendered is told apart, as a line.
static void render(const options & o) {
    const loaded_model loaded = load_model(o.model);
    const row_tokens tokens(loaded.model.get(), o.date);
    atomic_file out(o.out);
    size_t number = 0;
    for (const json_row & row : read_rows(o.data)) {
        try {
            out.write(rendered_line(read_score_row(row, tokens, number++), tokens.vocab()));
        } catch (const bad_input & e) {
            out.write(refused_line(row, number - 1, e.what()));
        }
    }
    out.commit();
}

int main(int argc, char ** argv) {
    return run_tool("llama-score", argc, argv, [](int count, char ** values) {
        const options o = parse(count, values);
        o.model.vocab_only ? render(o) : score(o);
        return 0;
    });
}
