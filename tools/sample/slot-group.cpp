#include "slot-group.h"

#include "bad-input.h"
#include "interrupted.h"
#include "lookup-draft.h"
#include "parallel-for.h"

#include <algorithm>

// Up to this many cells all slots share one KV buffer: copying a prefix is then free, and prompts of any length decode together.
// Above it every slot has its own, so that attention does not scan the others' cells. (Measured at 32 x 80 cells: shared 1.1x faster at
// 20M parameters, level at 1M.)
static const int32_t shared_cells = 4096;

// Over so few cells, one product of all queries and keys takes half the time of flash attention, which goes from cell to cell. (CPU seconds
// for 3,800 tokens, 1M parameters, 8 slots: 0.55 against 0.98; at 20M and 32 slots, 2,560 cells, it is 8.1 against 5.9.)
static const int32_t few_cells = 1024;

// llama.cpp wants multiples of 256 cells.
static int32_t pad(int32_t cells) {
    return (cells + 255) / 256 * 256;
}

// Prompts that share fewer tokens than this are evaluated apart: it is not worth a step's wait.
static const int32_t worth_sharing = 32;

slot_group::slot_group(const loaded_model & loaded, const row_tokens & tokens, const group_options & options) :
    loaded(loaded), words(tokens.vocab()), marks(tokens.chat().marks()), options(options), grammars(words.vocab) {
    llama_context_params params = llama_context_default_params();
    params.kv_unified = options.cells * options.slots <= shared_cells;
    params.n_ctx = (uint32_t) (params.kv_unified ? pad(options.cells * options.slots) : pad(options.cells) * options.slots);
    params.n_seq_max = (uint32_t) options.slots;
    params.n_batch = (uint32_t) std::max(options.batch, options.slots) * (options.lookup > 0 ? 2 : 1); // one token of each, and guesses
    params.n_ubatch = std::min<uint32_t>(params.n_batch, 512);
    params.n_threads = options.threads;
    params.n_threads_batch = options.threads;
    params.no_perf = true;
    params.type_k = params.type_v = options.cache_type;
    if (params.kv_unified && options.cells * options.slots <= few_cells && options.small_rows && options.cache_type == GGML_TYPE_F16) {
        params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    }
    context.reset(llama_init_from_model(loaded.model.get(), params));
    if (!context) {
        const std::string why = last_llama_error();
        throw bad_input("cannot make a context of " + std::to_string(options.slots) + " slots x " + std::to_string(options.cells) +
                        " tokens" + (why.empty() ? "" : ": " + why) + ", use fewer slots (-np) or a shorter context (-c)");
    }
    apply_loras(loaded, context.get());
    memory.reset(new sequence_memory(loaded.model.get(), context.get()));
    try {
        thinking_end = words.continuation("", {}, tokens.chat().closing());
    } catch (const outside_vocabulary &) { // a model that cannot write the tag has no think block to close
    }
    for (int32_t i = 0; i < options.slots; i++) {
        slots.emplace_back();
        slots.back().sequence = i;
    }
}

void slot_group::run(const std::vector<request> & all, const std::vector<job> & jobs,
                     const std::function<void(const completion &)> & on_done) {
    requests = &all;
    queue.assign(jobs.begin(), jobs.end());
    done = on_done;
    while (!interrupted()) {
        fill_slots();
        build_batch();
        if (batch.tokens.empty()) {
            break; // nothing runs and nothing waits
        }
        decode();
        read_logits();
    }
}

void slot_group::fill_slots() {
    for (size_t i = 0; i < slots.size() && !queue.empty();) {
        const ptrdiff_t wanted = (ptrdiff_t) queue.front().request;
        const auto idle = [](const slot & s) { return s.phase == state::idle; };
        const auto holds = [wanted](const slot & s) { return s.held == wanted; };
        // a slot that holds the prompt already comes first, else the lowest free one
        auto chosen = std::find_if(slots.begin(), slots.end(), [&](const slot & s) { return idle(s) && holds(s); });
        if (chosen == slots.end()) {
            chosen = std::find_if(slots.begin(), slots.end(), idle);
        }
        if (chosen == slots.end()) {
            return;
        }
        const job next = queue.front();
        queue.pop_front();
        const auto holder = memory->rolls_back() ? std::find_if(slots.begin(), slots.end(), holds) : slots.end();
        const auto kept = prompts.find(next.request);
        const auto leader = std::find_if(slots.begin(), slots.end(),
                                         [&](const slot & s) { return s.phase == state::leads && (ptrdiff_t) s.sample.request == wanted; });
        start(*chosen, next);
        if (kept != prompts.end() && (holder != slots.end() || !memory->rolls_back())) {
            continue_prompt(*chosen, holder == slots.end() ? *chosen : *holder);
            draw(*chosen, kept->second.logits.data());
            take(*chosen);
        } else if (leader != slots.end()) {
            chosen->held = -1;
            chosen->phase = state::follows;
            chosen->leader = (size_t) (leader - slots.begin());
        } else {
            begin_prompt(*chosen);
        }
        if (queue.empty() || queue.front().request != next.request) {
            prompts.erase(next.request);
        }
        i = 0; // a sample that ended with its first token leaves its slot free again
    }
}

void slot_group::start(slot & s, const job & next) {
    const request & r = (*requests)[next.request];
    s.sample = completion();
    s.sample.request = next.request;
    s.sample.index = next.index;
    s.sample.prompt_tokens = r.prompt.size();
    s.position = 0;
    s.output = -1;
    s.limit = std::min(r.settings.max_tokens, options.cells - (int32_t) r.prompt.size());
    s.answers = r.settings.reasoning_budget < 0;
    s.closing.clear();
    close_thinking(s, r);
    s.started = ggml_time_us();
    s.chooser.reset(new token_chooser(r.settings, r.seeds[next.index], words.vocab, grammars, r.prompt));
}

// Gives s the prompt that holder has in its cells.
void slot_group::continue_prompt(slot & s, const slot & holder) {
    const int32_t length = (int32_t) s.sample.prompt_tokens;
    if (memory->rolls_back()) {
        memory->copy(holder.sequence, s.sequence, length);
    } else {
        memory->restore(s.sequence, prompts.at(s.sample.request).state);
    }
    s.held = (ptrdiff_t) s.sample.request;
    s.position = length;
    s.phase = state::generates;
}

// How many tokens at the start of a request's prompt lie, or will lie, in the cells of a slot; not all of them: the last one's logits are
// wanted.
int32_t slot_group::common_start(const slot & s, size_t request) const {
    const token_ids & wanted = (*requests)[request].prompt;
    const token_ids & there = (*requests)[s.phase == state::leads ? s.sample.request : (size_t) s.held].prompt;
    const size_t most = std::min(wanted.size() - 1, there.size());
    return (int32_t) (std::mismatch(wanted.begin(), wanted.begin() + (ptrdiff_t) most, there.begin()).first - wanted.begin());
}

// The slot evaluates its prompt, as much of it as no other slot has evaluated or is about to.
void slot_group::begin_prompt(slot & s) {
    const slot * best = nullptr;
    int32_t shared = worth_sharing - 1;
    for (const slot & other : slots) {
        if (memory->rolls_back() && (other.held >= 0 || other.phase == state::leads)) {
            const int32_t common = common_start(other, s.sample.request);
            if (common > shared) {
                best = &other;
                shared = common;
            }
        }
    }
    const bool evaluating = best && best->phase == state::leads;
    s.phase = state::leads;
    s.held = -1;
    if (evaluating) {
        s.phase = state::waits;
        s.leader = (size_t) best->sequence;
        s.shared = shared;
    } else if (best) {
        memory->copy(best->sequence, s.sequence, shared);
        s.position = shared;
    } else {
        memory->clear(s.sequence);
    }
}

void slot_group::build_batch() {
    batch = batch_arrays();
    const auto add = [&](slot & s, llama_token token, bool output) {
        s.output = output && s.output < 0 ? (int32_t) batch.tokens.size() : s.output;
        batch.tokens.push_back(token);
        batch.positions.push_back(s.position++);
        batch.sequence_counts.push_back(1);
        batch.sequences.push_back(s.sequence);
        batch.outputs.push_back(output);
    };
    for (slot & s : slots) {
        if (s.phase == state::generates) {
            add(s, s.last, true);
            s.draft.clear();
            const int32_t room = std::min(s.limit - (int32_t) s.sample.tokens.size() - 1, options.lookup);
            if (room > 0 && s.closing.empty() && memory->rolls_back()) {
                s.draft = lookup_draft((*requests)[s.sample.request].prompt, s.sample.tokens, (size_t) room);
                s.draft.resize(std::min(s.draft.size(), (size_t) (options.batch / options.slots)));
                for (const llama_token token : s.draft) {
                    add(s, token, true);
                }
            }
        }
    }
    for (slot & s : slots) {
        if (s.phase == state::leads) {
            const token_ids & prompt = (*requests)[s.sample.request].prompt;
            while (s.position < (int32_t) prompt.size() && (int32_t) batch.tokens.size() < options.batch) {
                add(s, prompt[(size_t) s.position], s.position + 1 == (int32_t) prompt.size());
            }
        }
    }
    for (llama_seq_id & sequence : batch.sequences) {
        batch.sequence_pointers.push_back(&sequence);
    }
}

void slot_group::decode() {
    const llama_batch view = {(int32_t) batch.tokens.size(), batch.tokens.data(),          nullptr,
                              batch.positions.data(),        batch.sequence_counts.data(), batch.sequence_pointers.data(),
                              batch.outputs.data()};
    const int32_t code = llama_decode(context.get(), view);
    if (code != 0) {
        const std::string why = last_llama_error();
        throw bad_input("llama_decode failed with code " + std::to_string(code) + (why.empty() ? "" : ": " + why) +
                        ", use fewer slots (-np) or a shorter context (-c)");
    }
}

void slot_group::read_logits() {
    std::vector<slot *> ready;
    for (slot & s : slots) {
        if (s.output >= 0 && (s.phase == state::generates || s.phase == state::leads)) {
            ready.push_back(&s);
        }
    }
    llama_synchronize(context.get());
    const bool large = ready.size() * words.size() > 1000000; // else starting threads takes longer than drawing
    parallel_for(ready.size(), large ? options.threads : 1,
                 [&](size_t i) { draw(*ready[i], llama_get_logits_ith(context.get(), ready[i]->output)); });
    for (slot * s : ready) {
        if (s->phase == state::leads) {
            end_prompt(*s, llama_get_logits_ith(context.get(), s->output));
        }
        take(*s);
        take_drafted(*s);
        s->output = -1;
    }
}

// What was guessed holds as long as the model draws the same; the rest is taken out of its memory again.
void slot_group::take_drafted(slot & s) {
    size_t right = 0;
    while (right < s.draft.size() && s.phase == state::generates && s.last == s.draft[right]) {
        right++;
        draw(s, llama_get_logits_ith(context.get(), s.output + (int32_t) right));
        take(s);
    }
    if (right < s.draft.size() && s.phase == state::generates) {
        s.position -= (int32_t) (s.draft.size() - right);
        memory->cut(s.sequence, s.position);
    }
    s.draft.clear();
}

// A prompt has been evaluated: its followers start from the same logits, and samples that still wait will.
void slot_group::end_prompt(slot & leader, const float * logits) {
    leader.phase = state::generates;
    leader.held = (ptrdiff_t) leader.sample.request;
    const auto after = [&](const slot & s, state phase) { return s.phase == phase && s.leader == (size_t) leader.sequence; };
    const bool more = !queue.empty() && queue.front().request == leader.sample.request;
    const bool followed = std::any_of(slots.begin(), slots.end(), [&](const slot & s) { return after(s, state::follows); });
    if (more || followed) {
        evaluated & kept = prompts[leader.sample.request];
        kept.logits.assign(logits, logits + words.size());
        if (!memory->rolls_back()) {
            kept.state = memory->save(leader.sequence);
        }
    }
    for (slot & s : slots) {
        if (after(s, state::follows)) {
            continue_prompt(s, leader);
            draw(s, logits);
            take(s);
        } else if (after(s, state::waits)) {
            memory->copy(leader.sequence, s.sequence, s.shared);
            s.position = s.shared;
            s.phase = state::leads;
        }
    }
    if (!more) {
        prompts.erase(leader.sample.request);
    }
}

// Chooses the slot's next token. Touches the slot alone, so that slots can be drawn for side by side.
void slot_group::draw(slot & s, const float * logits) const {
    s.given = !s.closing.empty();
    if (!s.given) {
        s.last = s.chooser->choose(logits);
    } else {
        s.last = s.closing.front();
        s.closing.pop_front();
        s.chooser->accept(s.last);
    }
    if (options.logprobs && s.last != LLAMA_TOKEN_NULL) {
        s.logprob = log_probability(logits, (int32_t) words.size(), s.last);
    }
}

// Adds the token to the sample and ends it where that is due.
void slot_group::take(slot & s) {
    const request & r = (*requests)[s.sample.request];
    const llama_token token = s.last;
    if (token == LLAMA_TOKEN_NULL) {
        return finish(s, "grammar");
    }
    if (s.given) {
        const size_t at = s.sample.tokens.size();
        if (s.sample.forced.empty() || s.sample.forced.back().second != at) {
            s.sample.forced.emplace_back(at, at);
        }
        s.sample.forced.back().second++;
    }
    s.sample.tokens.push_back(token);
    s.sample.kept = s.sample.tokens.size();
    if (options.logprobs) {
        s.sample.logprobs.push_back(s.logprob);
    }
    if (words.ends_generation(token)) {
        return finish(s, "stop");
    }
    const std::string & piece = words.piece(token);
    std::string & text = s.sample.text;
    text += piece;
    for (const std::string & stop : r.settings.stop) {
        const size_t fresh = piece.size() + stop.size() - 1; // a stop string that ends within the new piece starts no earlier
        const size_t found = text.find(stop, text.size() > fresh ? text.size() - fresh : 0);
        if (found != std::string::npos) {
            cut_off(s, found);
            return finish(s, "stop");
        }
    }
    if ((int32_t) s.sample.tokens.size() >= s.limit) {
        return finish(s, "length");
    }
    close_thinking(s, r);
}

// Takes the text from there on away, and the tokens that any of it comes from.
void slot_group::cut_off(slot & s, size_t length) {
    size_t end = s.sample.text.size();
    while (s.sample.kept > 0 && end > length) {
        end -= words.piece(s.sample.tokens[--s.sample.kept]).size();
    }
    s.sample.text.resize(length);
}

// Ends the think block for a model that has spent its budget in it.
void slot_group::close_thinking(slot & s, const request & r) {
    const std::string & text = s.sample.text;
    if (s.answers || (s.answers = marks.open.empty() || text.find(marks.close) != std::string::npos)) {
        return;
    }
    const size_t start = text.find_first_not_of(" \n");
    const bool inside = r.opened || (start != std::string::npos && text.compare(start, marks.open.size(), marks.open) == 0);
    if (inside && (int32_t) s.sample.tokens.size() >= r.settings.reasoning_budget) {
        s.closing.assign(thinking_end.begin(), thinking_end.end());
        s.answers = true;
    }
}

void slot_group::finish(slot & s, const char * reason) {
    s.sample.finish = reason;
    s.sample.seconds = (double) (ggml_time_us() - s.started) / 1e6;
    s.phase = state::idle;
    s.chooser.reset();
    if (queue.empty()) {
        memory->clear(s.sequence); // its cells would only be scanned
        s.held = -1;
    }
    done(s.sample);
}
