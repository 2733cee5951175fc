// Continuous batching: a group of slots that share one llama_context, refilled as sequences end.
//
// Each step decodes one token of every running sequence together with the prompts of the slots just filled. Samples of one prompt
// evaluate it once: the first slot decodes it (leads), the others copy its KV cells and draw their first token from the same logits.
// Everything follows from the order of the jobs, so the same jobs give the same tokens.
#pragma once

#include "choose-token.h"
#include "completion.h"
#include "load-model.h"
#include "request.h"

#include <deque>
#include <functional>
#include <map>
#include <vector>

struct group_options {
    int32_t slots;
    int32_t cells; // most tokens of prompt and completion together, per slot
    int32_t threads;
    int32_t batch; // most tokens decoded together
    bool logprobs;
};

struct job {
    size_t request;
    size_t index; // of the sample
};

class slot_group {
  public:
    slot_group(const loaded_model & loaded, const vocabulary & words, const group_options & options);

    // Samples all jobs (in order; the samples of one request must be neighbours) and hands over each as it ends. Stops early when
    // interrupted.
    void run(const std::vector<request> & requests, const std::vector<job> & jobs, const std::function<void(const completion &)> & done);

  private:
    enum class state { idle, leads, follows, generates };

    struct slot {
        llama_seq_id sequence;
        state phase = state::idle;
        ptrdiff_t held = -1;  // request whose prompt lies in this slot's cells, evaluated to its end
        size_t leader = 0;    // of a slot that follows
        int32_t position = 0; // tokens in the cells
        int32_t limit = 0;    // most tokens to sample
        int32_t output = -1;  // index of its logits in the batch
        llama_token last = 0;
        float logprob = 0; // of last
        int64_t started = 0;
        completion sample;
        std::unique_ptr<token_chooser> chooser;
        std::deque<llama_token> closing; // of the think block, still to be given
        bool answers = false;            // the think block is closed
    };

    void fill_slots();
    void start(slot & s, const job & next);
    void continue_prompt(slot & s, const slot & holder);
    void build_batch();
    void decode();
    void read_logits();
    void end_prompt(slot & leader, const float * logits);
    void draw(slot & s, const float * logits) const;
    void take(slot & s);
    void close_thinking(slot & s, const request & r);
    void finish(slot & s, const char * reason);

    const loaded_model & loaded;
    const vocabulary & words;
    group_options options;
    llama_context_ptr context;
    llama_memory_t memory;
    grammar_cache grammars;
    std::vector<slot> slots;
    token_ids thinking_end; // "\n</think>\n\n"

    struct batch_arrays {
        token_ids tokens;
        std::vector<llama_pos> positions;
        std::vector<int32_t> sequence_counts;
        std::vector<llama_seq_id> sequences;
        std::vector<llama_seq_id *> sequence_pointers;
        std::vector<int8_t> outputs;
    } batch;

    const std::vector<request> * requests = nullptr;
    std::deque<job> queue;
    std::map<size_t, std::vector<float>> first_logits; // after a prompt, while samples of it still wait
    std::function<void(const completion &)> done;
};
