#include "slot-group.h"

#include "../kernels/small-model.h"
#include "bad-input.h"
#include "interrupted.h"
#include "lookup-draft.h"

#include <algorithm>

// Up to this many cells all slots share one KV buffer: copying a prefix is then free, and prompts of any length decode together. Above it
// every slot has its own, so that attention does not scan the others' cells; attention of our own leaves those out anyhow.
static const int32_t shared_cells = 4096;
static const int32_t shared_cells_own = 16384;

// llama.cpp wants multiples of 256 cells.
static int32_t pad(int32_t cells) {
    return (cells + 255) / 256 * 256;
}

// Prompts that share fewer tokens than this are evaluated apart: it is not worth a step's wait.
static const int32_t worth_sharing = 32;

slot_group::slot_group(const loaded_model & loaded, const row_tokens & tokens, const group_options & options) :
    loaded(loaded), words(tokens.vocab()), marks(tokens.chat().marks()), options(options), grammars(words.vocab) {
    llama_context_params params = llama_context_default_params();
    const bool own = use_own_kernels(loaded, params);
    params.kv_unified = options.cells * options.slots <= (own ? shared_cells_own : shared_cells);
    params.n_ctx = (uint32_t) (params.kv_unified ? pad(options.cells * options.slots) : pad(options.cells) * options.slots);
    params.n_seq_max = (uint32_t) options.slots;
    params.n_batch = (uint32_t) std::max(options.batch, options.slots) * (options.lookup > 0 ? 2 : 1); // one token of each, and guesses
    params.n_ubatch = std::min<uint32_t>(params.n_batch, 512);
    params.n_threads = options.threads;
    params.n_threads_batch = options.threads;
    params.no_perf = true;
    params.type_k = params.type_v = options.cache_type;
    context.reset(llama_init_from_model(loaded.model.get(), params));
    if (!context) {
        const std::string why = last_llama_error();
        throw bad_input("cannot make a context of " + std::to_string(options.slots) + " slots x " + std::to_string(options.cells) +
                        " tokens" + (why.empty() ? "" : ": " + why) + ", use fewer slots (-np) or a shorter context (-c)");
    }
    apply_loras(loaded, context.get());
    memory.reset(new sequence_memory(loaded.model.get(), context.get(), options.cells));
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
