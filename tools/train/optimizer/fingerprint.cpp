#include "fingerprint.h"
#include <algorithm>
#include <cstdio>
#include <cstring>

namespace train {

// FNV-1a, 64 bits
struct hash {
    uint64_t value = 0xcbf29ce484222325ull;
    void add(const void * data, size_t size) {
        for (size_t i = 0; i < size; i++)
            value = (value ^ ((const uint8_t *) data)[i]) * 0x100000001b3ull;
    }
    template <typename T>
    void add(const std::vector<T> & v) {
        add(v.data(), v.size() * sizeof(T));
    }
    template <typename T>
    void one(const T & v) {
        add(&v, sizeof(v));
    }
};

// The base: its keys, and of every tensor its name, type, shape, and samples of its data
static void base_of(const model & m, hash & h) {
    constexpr size_t sample = 4096;
    const gguf_context * keys = m.file->keys.get();
    for (int64_t i = 0; i < gguf_get_n_kv(keys); i++) {
        const gguf_type type = gguf_get_kv_type(keys, i);
        h.add(gguf_get_key(keys, i), strlen(gguf_get_key(keys, i)));
        if (type == GGUF_TYPE_STRING)
            h.add(gguf_get_val_str(keys, i), strlen(gguf_get_val_str(keys, i)));
        else if (type == GGUF_TYPE_UINT32 || type == GGUF_TYPE_INT32 || type == GGUF_TYPE_FLOAT32)
            h.add(gguf_get_val_data(keys, i), 4);
    }
    std::vector<char> data;
    for (const weights_file::tensor & t : m.file->tensors) {
        h.add(t.name.data(), t.name.size());
        h.one(t.type);
        h.add(t.ne, sizeof(t.ne));
        for (size_t part = 0; part < 3; part++) {
            m.file->read(t, data, t.size > sample ? (t.size - sample) / 2 * part : 0, std::min(sample, t.size));
            h.add(data);
        }
    }
}

std::string fingerprint_of(const options & o, const session & s, const optimizer & adam) {
    hash h;
    for (const dataset * set : {&s.data, &s.val}) {
        for (const example & e : set->examples) {
            for (const sequence & q : e.sequences) {
                h.add(q.tokens);
                h.add(q.weights);
            }
            h.one(e.weight);
            h.one(e.advantage);
            h.one(e.reward);
            h.add(e.sampled);
            h.add(e.reference);
            h.add(e.teacher.ids);
            h.add(e.teacher.logp);
        }
    }
    for (const parameter & p : s.net->parameters) {
        h.add(p.name.data(), p.name.size());
        h.add(p.tensor->ne, sizeof(p.tensor->ne));
    }
    base_of(*s.net, h);
    h.one(adam.age);
    for (const optimizer::state & state : adam.states) {
        if (adam.age > 0)
            h.add(state.first);
    }
    const optimizer_options & a = o.optimizer;
    for (double v :
         {a.rate, a.min_ratio, a.weight_decay, a.beta1, a.beta2, a.epsilon, a.clip, a.average, o.beta, o.label_smoothing, o.nll_weight,
          o.clip_ratio, o.kl, o.epochs, o.prompt_weight, o.margin, o.desirable_weight, o.undesirable_weight, (double) s.net->lora_alpha})
        h.one(v);
    for (int64_t v :
         {(int64_t) o.method, a.warmup, (int64_t) a.shape, (int64_t) o.steps, (int64_t) o.batch, (int64_t) o.micro_batch,
          (int64_t) s.runner->workers.size(), (int64_t) o.seed, (int64_t) o.val_every, (int64_t) o.early_stop, (int64_t) o.inner_epochs})
        h.one(v);
    char text[32];
    snprintf(text, sizeof(text), "%016llx", (unsigned long long) h.value);
    return text;
}

} // namespace train
