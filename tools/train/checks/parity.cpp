#include "parity.h"
#include "../data/read-row.h"
#include "atomic-file.h"
#include "bad-input.h"
#include <cmath>
#include <map>

namespace train {

std::vector<example> read_parity(const std::string & path, const row_tokens & tokens, int64_t context) {
    std::vector<example> examples;
    for (const json_row & row : read_rows(path)) {
        if (!row_has(row, "completion_ids") || !row_has(row, "logprobs"))
            throw bad_row(row.file, row.line, "a row of --parity needs \"completion_ids\" and \"logprobs\" (llama-sample --logprobs)");
        example e;
        try {
            const token_ids ids = ids_of(row, row.json.at("completion_ids"), "completion_ids", tokens);
            e.sampled = logprobs_of(row, row.json.at("logprobs"), ids.size());
            e.sequences = {join(tokens.prompt(row), ids)};
        } catch (const outside_vocabulary &) {
            continue;
        } catch (const unfit_row & e) {
            throw bad_row(row.file, row.line, e.what());
        }
        e.line = (int64_t) row.line;
        const sequence & s = e.sequences[0];
        if (s.answer > 0 && s.targets() > 0 && s.inputs() <= context)
            examples.push_back(std::move(e));
    }
    return examples;
}

differences check_own(session & s) {
    differences d;
    for (const batch & b : s.runner->evaluate(pointers(s.parity))) {
        for (int64_t i = 0; i < b.sequences(); i++) {
            const example & e = *b.examples[b.owners[i]];
            d.rows++;
            for (int64_t t = 0; t < e.sequences[0].targets(); t++, d.tokens++) {
                const double difference = std::fabs(b.logp[b.row_starts[i] + t] - e.sampled[t]);
                d.mean += difference;
                d.largest = std::max(d.largest, difference);
            }
        }
    }
    d.mean /= (double) std::max<int64_t>(1, d.tokens);
    return d;
}

void write_parity(session & s, const std::string & path) {
    std::map<int64_t, std::string> lines;
    for (const batch & b : s.runner->evaluate(pointers(s.parity), 1)) {
        for (int64_t i = 0; i < b.sequences(); i++) {
            std::string logprobs, top;
            for (int64_t r = b.row_starts[i]; r < b.row_starts[i + 1]; r++) {
                char number[40];
                snprintf(number, sizeof(number), "%s%.9g", logprobs.empty() ? "" : ",", b.logp[r]);
                logprobs += number;
                top += (top.empty() ? "" : ",") + std::to_string(b.top.ids[r]);
            }
            const int64_t line = b.examples[b.owners[i]]->line;
            lines[line] = "{\"line\":" + std::to_string(line) + ",\"logprobs\":[" + logprobs + "],\"top\":[" + top + "]}\n";
        }
    }
    atomic_file out(path);
    for (const auto & line : lines)
        out.write(line.second);
    out.commit();
}

} // namespace train
