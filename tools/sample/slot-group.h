// Continuous batching: a group of slots that share one llama_context, refilled as sequences end.
//
// Each step decodes one token of every running sequence together with the prompts of the slots just filled. Samples of one prompt
// evaluate it once: the first slot decodes it (leads), the others copy its KV cells and draw their first token from the same logits.
// Prompts that begin alike evaluate their beginning once: a slot waits for the one that leads with it, copies it and leads with the rest.
// Everything follows from the order of the jobs, so the same jobs give the same tokens.
#pragma once

#include "choose-token.h"
#include "completion.h"
#include "load-model.h"
#include "request.h"
#include "sequence-memory.h"

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
    int32_t lookup = 0;                   // most tokens guessed ahead by prompt lookup
    ggml_type cache_type = GGML_TYPE_F16; // of keys and values
};

struct job {
    size_t request;
    size_t index; // of the sample
};

class slot_group {
  public:
    slot_group(const loaded_model & loaded, const row_tokens & tokens, const group_options & options);

    // Samples all jobs (in order; the samples of one request must be neighbours) and hands over each as it ends. Stops early when
    // interrupted.
    void run(const std::vector<request> & requests, const std::vector<job> & jobs, const std::function<void(const completion &)> & done);

  private:
    enum class state { idle, leads, follows, waits, generates };

    struct slot {
        llama_seq_id sequence;
        state phase = state::idle;
        ptrdiff_t held = -1;  // request whose prompt lies in this slot's cells, evaluated to its end
        size_t leader = 0;    // of a slot that follows or waits
        int32_t shared = 0;   // tokens that a slot which waits will copy
        int32_t position = 0; // tokens in the cells
        int32_t limit = 0;    // most tokens to sample
        int32_t output = -1;  // index of its first logits in the batch
        token_ids draft;      // guessed to come after `last`, in the batch with it
        llama_token last = 0;
        float logprob = 0;  // of last
        bool given = false; // last was not drawn
        int64_t started = 0;
        completion sample;
        std::unique_ptr<token_chooser> chooser;
        std::deque<llama_token> closing; // of the think block, still to be given
        bool answers = false;            // the think block is closed
    };

    void fill_slots();
    void start(slot & s, const job & next);
    void continue_prompt(slot & s, const slot & holder);
    void begin_prompt(slot & s);
    int32_t common_start(const slot & s, size_t request) const;
    void build_batch();
    void decode();
    void read_logits();
    void end_prompt(slot & leader, const float * logits);
    void draw(slot & s, const float * logits) const;
    void take(slot & s);
    void take_drafted(slot & s);
    void cut_off(slot & s, size_t length);
    void close_thinking(slot & s, const request & r);
    void finish(slot & s, const char * reason);

    const loaded_model & loaded;
    const vocabulary & words;
    const reasoning_marks & marks;
    group_options options;
    llama_context_ptr context;
    std::unique_ptr<sequence_memory> memory;
    grammar_cache grammars;
    std::vector<slot> slots;
    token_ids thinking_end; // what closes a reasoning block; empty for a model that has none

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

    // A prompt that has been evaluated, while samples of it still wait.
    struct evaluated {
        std::vector<float> logits;
        std::vector<uint8_t> state; // of a model whose memory cannot be copied up to a place
    };
    std::map<size_t, evaluated> prompts;
    std::function<void(const completion &)> done;
};
