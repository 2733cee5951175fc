#include "dataset.h"
#include "bad-input.h"
#include "row-tokens.h"

namespace train {

dataset read_dataset(const std::string & path, const objective & target, const row_tokens & tokens, int64_t context, bool strict) {
    dataset set;
    jsonl_reader reader(path); // a row at a time: of a large file only the examples are kept
    json_row row;
    for (jsonl_reader::result got; (got = reader.next(row)) != jsonl_reader::result::end;) {
        if (got == jsonl_reader::result::blank)
            continue;
        std::string why;
        try {
            std::vector<example> examples = target.read(row, tokens);
            for (example & e : examples) {
                for (const sequence & s : e.teacher_reads)
                    if (s.inputs() > context)
                        why = "the teacher's " + std::to_string(s.tokens.size()) + " tokens do not fit the context of " +
                              std::to_string(context) + ", shorten the row";
                for (const sequence & s : e.sequences) {
                    if (s.inputs() > context)
                        why = std::to_string(s.tokens.size()) + " tokens do not fit the context of " + std::to_string(context) +
                              ", shorten the row";
                    if (s.targets() < 1)
                        why = "there is nothing to learn in this row, its answer is empty";
                }
            }
            if (why.empty()) {
                for (example & e : examples) {
                    e.line = (int64_t) row.line;
                    set.examples.push_back(std::move(e));
                }
                continue;
            }
        } catch (const outside_vocabulary & e) {
            why = e.what();
        } catch (const unfit_row & e) {
            why = e.what();
        }
        if (strict)
            throw bad_row(row.file, row.line, why);
        if (set.skipped++ == 0)
            set.first_skip = bad_row(row.file, row.line, why).what();
    }
    target.pair_up(set.examples);
    if (set.examples.empty() && set.skipped == 0)
        throw bad_input(reader.name() + ": no rows, nothing to do");
    if (set.examples.empty())
        throw bad_input("no row is left to train on; the first: " + set.first_skip);
    return set;
}

} // namespace train
