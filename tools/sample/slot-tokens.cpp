// What becomes of a step's logits: a token for every running slot, and the end of a sample where one is due.
#include "parallel-for.h"
#include "slot-group.h"

#include <algorithm>

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
    size_t end = std::string::npos; // where the first of them begins, whichever it is
    for (const std::string & stop : r.settings.stop) {
        const size_t fresh = piece.size() + stop.size() - 1; // a stop string that ends within the new piece starts no earlier
        end = std::min(end, text.find(stop, text.size() > fresh ? text.size() - fresh : 0));
    }
    if (end != std::string::npos) {
        cut_off(s, end);
        return finish(s, "stop");
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
